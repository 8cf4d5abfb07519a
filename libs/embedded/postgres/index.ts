export { clearSessions, type Supervision, supervise, supervisorOf } from './lock.js';
export { letLogIn } from './role.js';
export { type Postgres, type PostgresOptions, runningPostgres, startPostgres } from './server.js';
