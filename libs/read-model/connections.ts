import pg from 'pg';

const integer = 20;
const numeric = 1700;
const timestamptz = 1184;
const timestamptzs = 1185;
const date = 1082;

/**
 * How values come out of PostgreSQL. No JS Date anywhere: instants are RFC 3339 in UTC, days `YYYY-MM-DD`; bigint
 * (positions) stays a bigint; numeric (money and its sums) is an exact integer or an error, never a rounded float.
 */
const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  [integer]: BigInt,
  [numeric]: exactNumber,
  [timestamptz]: instantOf,
  [timestamptzs]: (text) => text.match(/[^{},"]+/g)?.map(instantOf) ?? [],
  [date]: (text) => text,
};

const typeParsers: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    (format === 'binary' ? undefined : parsers[oid]) ??
    (pg.types.getTypeParser(oid, format) as (text: string) => unknown),
};

function exactNumber(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && !Number.isSafeInteger(number)) {
    throw new RangeError('A sum of money does not fit in exact minor units.');
  }
  return number;
}

/** `2017-06-30 21:59:59.9+00` → `2017-06-30T21:59:59.900Z`; `infinity` stays what it is. */
function instantOf(text: string): string {
  if (text.length < 22) return text;
  const fraction = text.charAt(19) === '.' ? text.slice(20, text.lastIndexOf('+')).padEnd(3, '0').slice(0, 3) : '000';
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction}Z`;
}

export interface ConnectionOptions {
  /** Shown in pg_stat_activity. */
  readonly application?: string;
  /** Milliseconds until a statement is given up; 0: never. Default 30,000. */
  readonly statementTimeout?: number;
  /**
   * Plans statements without a look at what they are asked with, prepared ones so but once, and compiles none of them:
   * that takes longer than most of them run. Default: as PostgreSQL chooses.
   */
  readonly plansOnce?: boolean;
}

/** Everything that a connection of ours is started with. */
export const connectionConfig = (url: string, options: ConnectionOptions = {}): pg.ClientConfig => ({
  connectionString: url,
  application_name: options.application ?? 'kroniek',
  connectionTimeoutMillis: 10_000,
  statement_timeout: options.statementTimeout ?? 30_000,
  idle_in_transaction_session_timeout: 60_000,
  keepAlive: true,
  keepAliveInitialDelayMillis: 5_000,
  options: `-c timezone=UTC -c datestyle=ISO -c extra_float_digits=1${options.plansOnce ? ' -c plan_cache_mode=force_generic_plan -c jit=off' : ''}`,
  types: typeParsers,
});

/** A connection of its own. What goes wrong between two statements is found by the next one, or through `onLost`. */
export async function connect(
  url: string,
  options: ConnectionOptions,
  onLost: () => void = () => undefined,
): Promise<pg.Client> {
  const client = new pg.Client(connectionConfig(url, options));
  client.on('error', onLost);
  client.on('end', onLost);
  await client.connect();
  return client;
}

/** Ends a connection without waiting for a server that may not be there any more. */
export function disconnect(client: pg.Client): void {
  client.end().catch(() => undefined);
  setTimeout(() => {
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  }, 1_000).unref();
}
