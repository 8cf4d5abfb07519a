import 'reflect-metadata';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Expose, Transform, plainToInstance } from 'class-transformer';
import {
  IsIn,
  IsInt,
  IsIP,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  Max,
  Min,
  MinLength,
  validateSync,
} from 'class-validator';

export type Settings = {
  /** TCP port of the API. */
  port: number;
  /** Address that the API listens on; undefined: loopback under `kroniek up`, every address of a server process. */
  host?: string;
  /** Folder of the embedded servers' data, absolute. */
  data: string;
  /** Undefined: an embedded EventStoreDB. */
  eventStoreUrl?: string;
  /** Undefined: an embedded PostgreSQL. */
  databaseUrl?: string;
  /** Whether the first run loads the sample data. */
  sample: boolean;
  /** The first admin key, where automation chooses it. */
  adminKey?: string;
  /** Wraps the keys of personal data: 32 bytes. Undefined: kept in a file under `data`. */
  masterKey?: Buffer;
  /** Where the command line finds the API, and the key that it shows there. */
  url: string;
  key?: string;
};

/** What a server process (API, projector) cannot do without. */
export type ServiceSettings = Settings & Required<Pick<Settings, 'eventStoreUrl' | 'databaseUrl' | 'masterKey'>>;

/** All that is wrong with the settings, one line each: the variable, what is wrong with it, and the fix. */
export class InvalidSettings extends Error {
  override readonly name = 'InvalidSettings';
  constructor(readonly problems: readonly string[]) {
    super(`The settings cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

const masterKeyFix = 'make one with: openssl rand -base64 32';

const portFix = 'PORT is not a whole number from 1 to 65535: for instance PORT=3000';

class Variables {
  @Expose()
  @Transform(({ value }: { value: string | undefined }) => (value === undefined ? 3000 : Number(value)))
  @IsInt({ message: portFix })
  @Min(1, { message: portFix })
  @Max(65535, { message: portFix })
  PORT!: number;

  @Expose()
  @IsOptional()
  @IsIP(undefined, { message: 'HOST is not an IP address: for instance HOST=0.0.0.0 to listen on every one' })
  HOST?: string;

  @Expose()
  @IsOptional()
  @Matches(/^(?:esdb|esdb\+discover):\/\/[^\s/]+/, {
    message: 'EVENTSTORE_URL is not a connection string of EventStoreDB: for instance esdb://localhost:2113?tls=false',
  })
  EVENTSTORE_URL?: string;

  @Expose()
  @IsOptional()
  @Matches(/^postgres(?:ql)?:\/\/[^\s/]+\/[^\s/]+/, {
    message:
      'DATABASE_URL is not the URL of a PostgreSQL database: for instance postgres://user:password@host:5432/kroniek',
  })
  DATABASE_URL?: string;

  @Expose()
  @IsOptional()
  @IsString()
  KRONIEK_DATA?: string;

  @Expose()
  @IsOptional()
  @IsIn(['on', 'off'], {
    message: 'KRONIEK_SAMPLE is neither on nor off: KRONIEK_SAMPLE=off starts without sample data',
  })
  KRONIEK_SAMPLE?: string;

  @Expose()
  @IsOptional()
  @MinLength(20, {
    message: 'KRONIEK_ADMIN_KEY is shorter than 20 characters: make one with: openssl rand -hex 24',
  })
  KRONIEK_ADMIN_KEY?: string;

  @Expose()
  @IsOptional()
  @IsString()
  KRONIEK_MASTER_KEY?: string;

  @Expose()
  @IsOptional()
  @IsString()
  KRONIEK_MASTER_KEY_FILE?: string;

  @Expose()
  @IsOptional()
  @IsUrl(
    { protocols: ['http', 'https'], require_protocol: true, require_tld: false },
    { message: 'KRONIEK_URL is not the address of an API: for instance http://localhost:3000' },
  )
  KRONIEK_URL?: string;

  @Expose()
  @IsOptional()
  @Matches(/^\S+$/, { message: 'KRONIEK_KEY has a blank in it: copy the key again' })
  KRONIEK_KEY?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings from the environment; an empty variable counts as unset.
 * @throws InvalidSettings with everything that is wrong
 */
export function readSettings(environment: Environment = process.env): Settings {
  const { settings, problems } = check(environment);
  if (problems.length > 0) throw new InvalidSettings(problems);
  return settings;
}

/**
 * The same for a process that starts no servers of its own.
 * @throws InvalidSettings with everything that is wrong or missing
 */
export function readServiceSettings(environment: Environment = process.env): ServiceSettings {
  const { settings, problems } = check(environment);
  const { eventStoreUrl, databaseUrl, masterKey } = settings;
  const unset = (name: string): boolean => (environment[name] ?? '') === '';
  if (unset('EVENTSTORE_URL'))
    problems.push('EVENTSTORE_URL is not set: name the EventStoreDB, or start all with: kroniek up');
  if (unset('DATABASE_URL'))
    problems.push('DATABASE_URL is not set: name the PostgreSQL, or start all with: kroniek up');
  if (unset('KRONIEK_MASTER_KEY') && unset('KRONIEK_MASTER_KEY_FILE')) problems.push(missingMasterKey);
  if (problems.length > 0 || eventStoreUrl === undefined || databaseUrl === undefined || masterKey === undefined) {
    throw new InvalidSettings(problems);
  }
  return { ...settings, eventStoreUrl, databaseUrl, masterKey };
}

const missingMasterKey = `KRONIEK_MASTER_KEY is not set (nor KRONIEK_MASTER_KEY_FILE): ${masterKeyFix}`;

function check(environment: Environment): { settings: Settings; problems: string[] } {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const variables = plainToInstance(Variables, given, { excludeExtraneousValues: true });
  const problems = validateSync(variables).flatMap(({ constraints }) => Object.values(constraints ?? {}).slice(0, 1));
  const masterKey = readMasterKey(variables, problems);
  if (variables.DATABASE_URL !== undefined && variables.KRONIEK_MASTER_KEY === undefined) {
    // Beside a database that outlives this machine, a key in a local file would be lost with the machine.
    if (variables.KRONIEK_MASTER_KEY_FILE === undefined) problems.push(missingMasterKey);
  }
  const settings: Settings = {
    port: variables.PORT,
    host: variables.HOST,
    data: resolve(variables.KRONIEK_DATA ?? '.kroniek'),
    eventStoreUrl: variables.EVENTSTORE_URL,
    databaseUrl: variables.DATABASE_URL,
    sample: variables.KRONIEK_SAMPLE !== 'off',
    adminKey: variables.KRONIEK_ADMIN_KEY,
    masterKey,
    url: (variables.KRONIEK_URL ?? `http://localhost:${String(variables.PORT)}`).replace(/\/+$/, ''),
    key: variables.KRONIEK_KEY ?? variables.KRONIEK_ADMIN_KEY,
  };
  return { settings, problems };
}

function readMasterKey(variables: Variables, problems: string[]): Buffer | undefined {
  const { KRONIEK_MASTER_KEY: given, KRONIEK_MASTER_KEY_FILE: file } = variables;
  if (given !== undefined && file !== undefined) {
    problems.push('KRONIEK_MASTER_KEY and KRONIEK_MASTER_KEY_FILE are both set: unset one of them');
    return undefined;
  }
  if (given !== undefined) return decodeMasterKey(given, 'KRONIEK_MASTER_KEY', problems);
  if (file === undefined) return undefined;
  if (!existsSync(file)) {
    problems.push(`KRONIEK_MASTER_KEY_FILE names ${file}, which is not there: ${masterKeyFix} > ${file}`);
    return undefined;
  }
  try {
    return decodeMasterKey(readFileSync(file, 'utf8').trim(), 'KRONIEK_MASTER_KEY_FILE', problems);
  } catch {
    problems.push(`KRONIEK_MASTER_KEY_FILE names ${file}, which this user cannot read: give it to the user who starts`);
    return undefined;
  }
}

function decodeMasterKey(text: string, variable: string, problems: string[]): Buffer | undefined {
  const key = Buffer.from(text, 'base64');
  if (/^[A-Za-z0-9+/]{43}=$/.test(text) && key.length === 32) return key;
  problems.push(`${variable} is not 32 bytes in base64: ${masterKeyFix}`);
  return undefined;
}
