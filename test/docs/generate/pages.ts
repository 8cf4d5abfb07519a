import { format, resolveConfig } from 'prettier';
import { asksForOwners } from '../../../libs/cqrs/index.js';
import { aggregates, commands, domainCatalogue, type KnownCommand, processes } from '../../../libs/domain/index.js';
import { commandFields } from './command-fields.js';
import { eventFields, type EventField } from './event-fields.js';
import { link, page, table } from './markdown.js';
import { classComments, eventsByCommand, readDomain } from './source.js';

/** How the pages are made anew; a test says so when they are stale. */
export const howToGenerate = 'npm run docs:generate';

const generated = `<!-- Generated from the code by \`${howToGenerate}\`. Do not edit. -->`;

/** Every page that is generated, by its path. */
export async function generatedPages(): Promise<ReadonlyMap<string, string>> {
  const domain = readDomain();
  const comments = classComments(domain);
  const fields = eventFields(domain, domainCatalogue);
  const recorded = eventsByCommand(domain, new Set(commands.keys()), new Set(domainCatalogue.keys()));
  const pages = {
    'docs/commands.md': commandsPage(comments, recorded),
    'docs/events.md': eventsPage(fields, recorded),
  };
  return new Map(
    await Promise.all(
      Object.entries(pages).map(async ([path, text]): Promise<[string, string]> => {
        const options = await resolveConfig(path);
        return [path, await format(text, { ...options, parser: 'markdown' })];
      }),
    ),
  );
}

type Recorded = ReadonlyMap<string, ReadonlySet<string>>;

const words = `A _day_ is \`2017-06-30\`; an _instant_ is \`2017-06-30T14:00:00Z\`; _money_ is
\`{"amount": 4800000, "currency": "EUR"}\` with the amount in whole minor units (cents) and the currency of ISO 4217.`;

function commandsPage(comments: ReturnType<typeof classComments>, recorded: Recorded): string {
  const sections = aggregates.flatMap(({ category, commands: own }) => {
    const known = Object.keys(own).flatMap((name) => commands.get(name) ?? []);
    const says = known.map(({ name, options }) => [link(name), options.says]);
    return [`## ${category}`, table(['command', ''], says), ...known.map((one) => aCommand(one, comments, recorded))];
  });
  return page(
    generated,
    '# Commands',
    `\`POST /v1/commands/{CommandName}\` takes each of them; [api.md](api.md) tells what holds for all. What they record
stands in [events.md](events.md). The roles \`service\` and \`admin\` may issue any.`,
    `${words} Whatever is named by its id has to exist, or the command is turned down with \`PERSON_NOT_FOUND\` and the
like.`,
    ...sections,
  );
}

function aCommand(
  { name, type, options, aggregate }: KnownCommand,
  comments: ReturnType<typeof classComments>,
  recorded: Recorded,
): string {
  const events = Object.keys(aggregate.events.types).filter((event) => recorded.get(name)?.has(event));
  const facts = [
    options.internal ? 'Issued by processes alone.' : `Roles: ${options.by.join(', ') || 'service and admin alone'}.`,
    asksForOwners({ options, aggregate }) ? 'Asks [whose it is](api.md#keys).' : '',
    options.opens ? `May begin a stream of the category \`${aggregate.category}\`.` : '',
    events.length > 0 ? `Records ${events.map((event) => link(event, 'events.md')).join(' or ')}.` : '',
    options.twice === undefined
      ? 'Issued twice, it changes nothing the second time.'
      : `Issued twice: ${options.twice}`,
  ];
  const fields = commandFields(type, comments).map(({ path, type: takes, required, doc }) => [
    `\`${path}\``,
    takes,
    required ? 'yes' : '',
    doc,
  ]);
  const before = (options.after ?? []).map((step) => link(typeof step === 'string' ? step : step[0]));
  const refusals = Object.entries(options.refuses ?? {}).map(([code, when]) => [`\`${code}\``, when]);
  return [
    `### ${name}`,
    options.says,
    facts.filter((fact) => fact !== '').join(' '),
    table(['field', 'takes', 'required', ''], fields),
    table(['refused with', 'when'], refusals),
    before.length > 0 ? `For example, after ${before.join(', ')}:` : '',
    `\`\`\`json\n${JSON.stringify(options.example, null, 2)}\n\`\`\``,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function eventsPage(fields: ReadonlyMap<string, readonly EventField[]>, recorded: Recorded): string {
  const sections = aggregates.flatMap(({ category, events: { types } }) => {
    const names = Object.keys(types);
    const says = names.map((name) => [link(name), domainCatalogue.get(name)?.says ?? '']);
    return [`## ${category}`, table(['event', ''], says), ...names.map((name) => anEvent(name, fields, recorded))];
  });
  return page(
    generated,
    '# Events',
    `What is recorded, by the category of its stream (\`person-<uuid>\`). Names and shapes are on disk: they are never
changed, but a later version may follow. [commands.md](commands.md) tells what records them.`,
    `Every event also has its \`id\`, \`stream\`, \`revision\` and \`position\`; \`occurredAt\` (when it happened) and
\`recordedAt\` (when we learnt it); the \`actor\` and the role; a \`correlationId\` (what belongs to one request) and a
\`causationId\` (the command).`,
    `_Personal_ fields are stored under the key of the person whom they tell of, and can never be read again once that
key is destroyed. ${words}`,
    ...sections,
  );
}

function anEvent(name: string, fields: ReadonlyMap<string, readonly EventField[]>, recorded: Recorded): string {
  const declared = domainCatalogue.get(name);
  const own = fields.get(name);
  if (!declared || !own) throw new Error(`The shape of ${name} was not found under libs/domain.`);
  const by = [...commands.keys()].filter((command) => recorded.get(command)?.has(name));
  const heard = processes.filter(({ hears }) => hears.includes(name)).map((process) => `\`${process.name}\``);
  const whose =
    declared.subject === undefined
      ? `the ${declared.category} that it is about`
      : `the person in \`${declared.subject}\`; without one, this stream itself`;
  const facts = [
    `Version ${declared.schema}.`,
    by.length > 0 ? `Recorded by ${by.map((command) => link(command, 'commands.md')).join(', ')}.` : '',
    heard.length > 0 ? `Heard by ${heard.join(', ')}.` : '',
    declared.personal.length > 0 ? `Its personal fields tell of ${whose}.` : '',
  ];
  const rows = own.map(({ path, type, optional, personal, doc }) => [
    `\`${path}\``,
    type,
    optional ? 'optional' : '',
    personal ? 'personal' : '',
    doc,
  ]);
  return [
    `### ${name}`,
    declared.says,
    facts.filter((fact) => fact !== '').join(' '),
    table(['field', 'holds', 'may be absent', 'personal', ''], rows),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}
