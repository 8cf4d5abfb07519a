// The package describes its parts, but not this one.
declare module 'class-transformer/cjs/storage.js' {
  import type { IOptions } from 'class-validator-jsonschema/build/options.js';

  /** What its decorators noted; the schemas of nested parts are found through it. */
  export const defaultMetadataStorage: NonNullable<IOptions['classTransformerMetadataStorage']>;
}
