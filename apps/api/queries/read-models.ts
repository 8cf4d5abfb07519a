import type { Database } from '../../../libs/read-model/index.js';

/** Where queries find the read models. */
export class ReadModels {
  constructor(readonly database: Database) {}
}
