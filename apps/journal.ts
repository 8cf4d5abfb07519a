import { pino } from 'pino';

/** Takes what each of the rooms says. */
export type Journal = (level: 'debug' | 'info' | 'warn' | 'error', message: string, fields?: object) => void;

/**
 * The journal of a server process: JSON lines on its standard output, which the supervisor keeps. Each is written at
 * once: what pino holds back it writes at the end of the process, for ever if its reader is gone.
 */
export function openJournal(name: string): Journal {
  const lines = pino({ name, base: null }, pino.destination({ dest: 1, sync: true }));
  return (level, message, fields) => {
    lines[level](fields ?? {}, message);
  };
}
