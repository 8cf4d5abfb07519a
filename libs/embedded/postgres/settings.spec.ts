import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { defaults } from './settings.js';

/** What depends on the machine, on whether others can reach it, and on who reads its log. */
const ofThisServer = new Set([
  ...['listen_addresses', 'unix_socket_directories', 'max_connections'],
  ...['shared_buffers', 'effective_cache_size', 'maintenance_work_mem', 'min_wal_size'],
  ...['autovacuum_max_workers', 'max_parallel_workers', 'log_checkpoints', 'log_autovacuum_min_duration'],
]);

/** What PostgreSQL does anyway. */
const usual = new Map<string, string | number>([
  ['fsync', 'on'],
  ['synchronous_commit', 'on'],
  ['timezone', 'UTC'],
  ['log_timezone', 'UTC'],
]);

describe('the settings of PostgreSQL', () => {
  it('are those of the embedded server in docker, too, but for memory', () => {
    const compose = readFileSync(new URL('../../../docker/services.yaml', import.meta.url), 'utf8');
    const given = new Map([...compose.matchAll(/^ {6}- --(\w+)=(\S+)$/gm)].map(([, name, value]) => [name, value]));
    const alike = Object.entries(defaults).filter(([name]) => !ofThisServer.has(name));
    expect(Object.fromEntries(alike.map(([name]) => [name, given.get(name) ?? usual.get(name)]))).toEqual(
      Object.fromEntries(alike.map(([name, value]) => [name, String(value)])),
    );
  });
});
