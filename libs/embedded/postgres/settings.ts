export type Settings = Readonly<Record<string, string | number>>;

/** For a machine with two cores that the whole product shares; all of it together stays under 700 MB. */
export const defaults: Settings = {
  listen_addresses: '127.0.0.1',
  // A socket in a folder that others can write to would be one more door.
  unix_socket_directories: '',
  max_connections: 100,
  shared_buffers: '64MB',
  // Our pages lie in the system's cache: to have them read by other processes costs more than the read.
  io_method: 'sync',
  effective_cache_size: '512MB',
  work_mem: '8MB',
  // Read models make their indexes side by side once they have caught up.
  maintenance_work_mem: '16MB',
  autovacuum_max_workers: 2,
  max_parallel_workers: 2,
  max_parallel_workers_per_gather: 1,
  wal_compression: 'on',
  min_wal_size: '160MB',
  max_wal_size: '1GB',
  checkpoint_timeout: '10min',
  random_page_cost: 1.1,
  // Our queries are short: compiling one takes longer than running it.
  jit: 'off',
  fsync: 'on',
  synchronous_commit: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // The client learns of its own errors; with them the log would grow with the load and could hold personal data.
  log_min_messages: 'log',
  log_checkpoints: 'off',
  log_autovacuum_min_duration: -1,
};

export function serverArguments(port: number, settings: Settings = {}): string[] {
  return Object.entries({ ...defaults, ...settings, port }).flatMap(([name, value]) => [
    '-c',
    `${name}=${String(value)}`,
  ]);
}
