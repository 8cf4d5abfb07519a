import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidSettings, readServiceSettings, readSettings } from './settings.js';

const masterKey = Buffer.alloc(32, 7);
const problemsOf = (read: () => unknown): readonly string[] => {
  try {
    read();
  } catch (error) {
    if (error instanceof InvalidSettings) return error.problems;
    throw error;
  }
  return [];
};

describe('the settings', () => {
  it('have defaults that start everything on this machine', () => {
    expect(readSettings({ PORT: '' })).toEqual({
      port: 3000,
      data: join(process.cwd(), '.kroniek'),
      sample: true,
      url: 'http://localhost:3000',
    });
  });

  it('are read from the environment', () => {
    const settings = readSettings({
      PORT: '8080',
      KRONIEK_DATA: '/var/lib/kroniek',
      EVENTSTORE_URL: 'esdb+discover://admin:changeit@one:2113,two:2113?tls=true',
      DATABASE_URL: 'postgres://kroniek:secret@db/kroniek',
      KRONIEK_SAMPLE: 'off',
      KRONIEK_ADMIN_KEY: 'an-admin-key-of-some-length',
      KRONIEK_MASTER_KEY: masterKey.toString('base64'),
      KRONIEK_URL: 'https://crm.example.com/',
      KRONIEK_KEY: 'key',
    });
    expect(settings).toEqual({
      port: 8080,
      data: '/var/lib/kroniek',
      eventStoreUrl: 'esdb+discover://admin:changeit@one:2113,two:2113?tls=true',
      databaseUrl: 'postgres://kroniek:secret@db/kroniek',
      sample: false,
      adminKey: 'an-admin-key-of-some-length',
      masterKey,
      url: 'https://crm.example.com',
      key: 'key',
    });
  });

  it('name everything that is wrong at once, with the variable first', () => {
    const problems = problemsOf(() =>
      readSettings({
        PORT: '80a',
        EVENTSTORE_URL: 'http://localhost:2113',
        DATABASE_URL: 'mysql://localhost/kroniek',
        KRONIEK_SAMPLE: 'no',
        KRONIEK_ADMIN_KEY: 'short',
        KRONIEK_MASTER_KEY: 'c2hvcnQ=',
        KRONIEK_URL: 'localhost',
        KRONIEK_KEY: 'with blank',
      }),
    );
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'PORT',
      'EVENTSTORE_URL',
      'DATABASE_URL',
      'KRONIEK_SAMPLE',
      'KRONIEK_ADMIN_KEY',
      'KRONIEK_URL',
      'KRONIEK_KEY',
      'KRONIEK_MASTER_KEY',
    ]);
    expect(problems.every((problem) => problem.includes(': '))).toBe(true);
  });

  it.each(['0', '65536', '3.5', '-1'])('refuse the port %s', (PORT) => {
    expect(problemsOf(() => readSettings({ PORT }))).toEqual([expect.stringMatching(/^PORT is /)]);
  });

  it('read the master key from a file, and say what is wrong with it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kroniek-settings-'));
    try {
      const file = join(folder, 'master.key');
      expect(problemsOf(() => readSettings({ KRONIEK_MASTER_KEY_FILE: file }))).toEqual([
        expect.stringContaining(`${file}, which is not there`),
      ]);
      writeFileSync(file, `${masterKey.toString('base64')}\n`);
      expect(readSettings({ KRONIEK_MASTER_KEY_FILE: file }).masterKey).toEqual(masterKey);
      writeFileSync(file, 'short');
      expect(problemsOf(() => readSettings({ KRONIEK_MASTER_KEY_FILE: file }))).toEqual([
        'KRONIEK_MASTER_KEY_FILE is not 32 bytes in base64: make one with: openssl rand -base64 32',
      ]);
      const both = { KRONIEK_MASTER_KEY_FILE: file, KRONIEK_MASTER_KEY: masterKey.toString('base64') };
      expect(problemsOf(() => readSettings(both))).toEqual([expect.stringContaining('both set')]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('ask for a master key where the database is not on this machine alone', () => {
    expect(problemsOf(() => readSettings({ DATABASE_URL: 'postgres://db/kroniek' }))).toEqual([
      expect.stringContaining('KRONIEK_MASTER_KEY is not set'),
    ]);
  });

  it('of a server process name both servers and the master key', () => {
    const problems = problemsOf(() => readServiceSettings({}));
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'EVENTSTORE_URL',
      'DATABASE_URL',
      'KRONIEK_MASTER_KEY',
    ]);
  });
});
