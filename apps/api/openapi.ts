import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { validationMetadatasToSchemas } from 'class-validator-jsonschema';
import { asksForOwners, type CommandCatalogue } from '../../libs/cqrs/index.js';
import type { KnownCommand } from '../../libs/domain/index.js';
import { schemasAt } from './http/params.js';

type Schema = Record<string, unknown>;

const problemSchema: Schema = {
  type: 'object',
  description: 'RFC 9457 problem details.',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Stable; for programs.' },
    detail: { type: 'string', description: 'For people.' },
    correlationId: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
};

const resultSchema: Schema = {
  type: 'object',
  required: ['stream', 'revision', 'position', 'events'],
  properties: {
    stream: { type: 'string' },
    revision: { type: 'integer', description: 'For If-Match.' },
    position: { type: 'string', description: 'For minPosition: a query that has it sees this command.' },
    events: {
      type: 'array',
      description: 'What was recorded; empty when it was already so.',
      items: {
        type: 'object',
        required: ['id', 'type'],
        properties: { id: { type: 'string', format: 'uuid' }, type: { type: 'string' } },
      },
    },
  },
};

const problems: Readonly<Record<number, string>> = {
  400: 'Malformed or invalid; `errors` names the fields.',
  401: 'No key, or one that is unknown or revoked.',
  403: 'The role of the key does not allow it, or it is not of the salesperson that the key acts for.',
  404: 'It does not exist.',
  409: 'It contradicts something that exists.',
  412: 'The stream is not at the revision of If-Match.',
  422: 'Refused by a rule; `code` names it.',
  503: 'A store does not answer; nothing is half-done.',
};

const problemAnswers = Object.fromEntries(
  Object.entries(problems).map(([status, description]) => [
    status,
    { description, content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } },
  ]),
);

/** The whole API, derived from the classes that check it. */
export function openApiDocument(app: INestApplication, catalogue: CommandCatalogue): OpenAPIObject {
  const described = SwaggerModule.createDocument(
    app,
    new DocumentBuilder()
      .setTitle('Kroniek')
      .setDescription('An event-sourced CRM engine: every fact kept, every answer as of any instant.')
      .setVersion('1')
      .addBearerAuth({ type: 'http', scheme: 'bearer' }, 'key')
      .addSecurityRequirements('key')
      .build(),
  );
  const paths = Object.fromEntries(
    issuable(catalogue).map((known) => [`/v1/commands/${known.name}`, { post: commandPath(known) }]),
  );
  return {
    ...described,
    paths: { ...(paths as OpenAPIObject['paths']), '/v1/commands': manyPath, ...described.paths },
    components: {
      ...described.components,
      schemas: {
        ...described.components?.schemas,
        ...(bodySchemas(catalogue, described.paths) as NonNullable<OpenAPIObject['components']>['schemas']),
        Problem: problemSchema,
        CommandResult: resultSchema,
      },
    },
  };
}

const issuable = (catalogue: CommandCatalogue): readonly KnownCommand[] =>
  catalogue.all.filter(({ options }) => !options.internal);

const occurredAt: Schema = { type: 'string', format: 'date-time', description: 'When it happened; left out: now.' };

/** The classes of all commands, of the bodies of some paths, and of what stands in them. */
function bodySchemas(catalogue: CommandCatalogue, paths: OpenAPIObject['paths']): Record<string, Schema> {
  const known = validationMetadatasToSchemas({
    classTransformerMetadataStorage: defaultMetadataStorage,
    refPointerPrefix: schemasAt,
  }) as Record<string, Schema>;
  const wanted = new Map<string, Schema>();
  const want = (name: string): void => {
    const schema = known[name];
    if (!schema || wanted.has(name)) return;
    wanted.set(name, { additionalProperties: false, ...schema });
    wantAll(schema);
  };
  const wantAll = (described: object): void => {
    for (const [, used = ''] of JSON.stringify(described).matchAll(/"#\/components\/schemas\/(\w+)"/g)) want(used);
  };
  wantAll(paths);
  for (const { name } of issuable(catalogue)) {
    want(name);
    const command = wanted.get(name);
    // It is no field of the command itself: it says when the command's facts happened.
    if (command) wanted.set(name, { ...command, properties: { ...(command['properties'] as object), occurredAt } });
  }
  return Object.fromEntries(wanted);
}

const header = (name: string, description: string, schema: Schema): Schema => ({
  name,
  in: 'header',
  required: false,
  description,
  schema,
});

const headers = [
  header('Idempotency-Key', 'The command id. The same key gets the same answer and records nothing more.', {
    type: 'string',
    format: 'uuid',
  }),
  header('If-Match', 'The revision that the caller saw; at another one nothing is recorded.', { type: 'string' }),
  header('X-Correlation-Id', 'Ties all that follows together.', { type: 'string' }),
];

const onlyTheirs =
  'A key that acts for a salesperson: about what is theirs, their team’s or nobody’s alone (`NOT_YOURS`).';

const commandPath = ({ name, options, aggregate }: KnownCommand): object => ({
  operationId: name,
  tags: [`commands: ${aggregate.category}`],
  summary: options.says,
  description: [
    `Roles: ${[...options.by, 'service', 'admin'].join(', ')}.`,
    ...(asksForOwners({ options, aggregate }) ? [onlyTheirs] : []),
    `Issued twice: ${options.twice ?? 'the second time nothing changes.'}`,
    ...Object.entries(options.refuses ?? {}).map(([code, when]) => `- \`${code}\`: ${when}`),
  ].join('\n\n'),
  parameters: headers,
  requestBody: {
    required: true,
    content: {
      'application/json': {
        schema: { $ref: `#/components/schemas/${name}` },
        example: options.example,
      },
    },
  },
  responses: {
    200: {
      description: 'Recorded, or already so.',
      content: { 'application/json': { schema: { $ref: '#/components/schemas/CommandResult' } } },
    },
    ...problemAnswers,
  },
});

const manyPath: OpenAPIObject['paths'][string] = {
  post: {
    operationId: 'manyCommands',
    tags: ['commands'],
    summary: 'Many commands, one a line; one result a line in the same order.',
    requestBody: {
      required: true,
      content: {
        'application/x-ndjson': {
          schema: {
            type: 'object',
            required: ['command', 'data'],
            properties: {
              command: { type: 'string' },
              data: { type: 'object' },
              idempotencyKey: { type: 'string', format: 'uuid' },
              occurredAt: { type: 'string', format: 'date-time' },
            },
          },
        },
      },
    },
    responses: {
      200: {
        description: 'A command result or a problem a line.',
        content: { 'application/x-ndjson': { schema: { $ref: '#/components/schemas/CommandResult' } } },
      },
      ...(problemAnswers as Record<string, { description: string }>),
    },
  },
};
