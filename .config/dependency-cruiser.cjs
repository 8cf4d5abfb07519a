/**
 * Who may import whom. Each rule names the promise that it keeps.
 * @type {import('dependency-cruiser').IConfiguration}
 */
const spec = '\\.spec\\.ts$|^test/|^libs/testing/';
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'A cycle has no first page to read.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'kernel-imports-nothing',
      severity: 'error',
      comment: 'Types and folds that every other room rests on.',
      from: { path: '^libs/kernel/', pathNot: spec },
      to: { pathNot: '^libs/kernel/' },
    },
    {
      name: 'domain-imports-kernel-alone',
      severity: 'error',
      comment: 'The rules of the business know no store, no server and no framework.',
      from: { path: '^libs/domain/', pathNot: spec },
      to: { path: '^(apps|libs|projections)/', pathNot: '^libs/(domain|kernel)/' },
    },
    {
      name: 'decisions-without-framework',
      severity: 'error',
      comment: 'decide and evolve are plain functions; class-validator stands on the command classes alone.',
      from: { path: '^libs/domain/', pathNot: `${spec}|\\.commands\\.ts$|^libs/domain/(fields|filled)\\.ts$` },
      to: { path: 'node_modules', pathNot: 'node_modules/uuid' },
    },
    {
      name: 'projections-import-events-and-read-model',
      severity: 'error',
      comment: 'A read model rests on what was recorded and on pure languages, never on how it was decided.',
      from: { path: '^projections/', pathNot: spec },
      to: {
        path: '^(apps|libs)/',
        pathNot: '^libs/(read-model|kernel)/|^libs/domain/.*\\.(events|rules)\\.ts$',
      },
    },
    {
      name: 'rules-import-events-alone',
      severity: 'error',
      comment: 'Languages and formulas that read models share with decisions: plain functions of their arguments.',
      from: { path: '^libs/domain/.*\\.rules\\.ts$' },
      to: { path: '^libs/domain/', pathNot: '\\.(events|rules)\\.ts$' },
    },
    {
      name: 'middle-rooms-import-kernel',
      severity: 'error',
      comment: 'event-log, read-model and embedded know neither the domain nor each other.',
      from: { path: '^libs/(event-log|read-model|embedded)/', pathNot: spec },
      to: {
        path: '^(apps|libs|projections)/',
        pathNot: ['^libs/kernel/', '^libs/$1/'],
      },
    },
    {
      name: 'cqrs-stands-on-the-middle',
      severity: 'error',
      comment: 'How commands and queries are dispatched; no server is started there.',
      from: { path: '^libs/cqrs/', pathNot: spec },
      to: { path: '^(apps|projections)/|^libs/(embedded|testing)/' },
    },
    {
      name: 'event-store-client-in-event-log-alone',
      severity: 'error',
      comment: 'All that the product knows of EventStoreDB is in one room.',
      from: { pathNot: `^libs/event-log/|${spec}` },
      to: { path: 'node_modules/(@eventstore|google-protobuf)' },
    },
    {
      name: 'pg-in-read-model-and-embedded-alone',
      severity: 'error',
      comment: 'One room opens connections for the product, one for the embedded servers.',
      from: { pathNot: `^libs/(read-model|embedded)/|${spec}` },
      to: { path: 'node_modules/(pg|pg-[a-z-]+)/' },
    },
    {
      name: 'nest-in-the-api-and-its-buses-alone',
      severity: 'error',
      comment: 'The framework wires; it decides nothing, and the projector has no need to load it.',
      from: { pathNot: `^(apps/api|libs/cqrs/buses)/|${spec}` },
      to: { path: 'node_modules/@nestjs' },
    },
    {
      name: 'buses-for-the-api-alone',
      severity: 'error',
      comment: 'Whoever imports them loads the framework.',
      from: { pathNot: `^(apps/api|libs/cqrs/buses)/|${spec}` },
      to: { path: '^libs/cqrs/buses/' },
    },
    {
      name: 'no-product-code-imports-tests',
      severity: 'error',
      comment: 'What helps the tests stays with them.',
      from: { pathNot: spec },
      to: { path: '^test/|^libs/testing/|\\.spec\\.ts$' },
    },
    {
      name: 'no-unresolved',
      severity: 'error',
      comment: 'An import that nobody finds.',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    moduleSystems: ['es6', 'cjs'],
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
