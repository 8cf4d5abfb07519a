import { pino } from 'pino';

/** Takes what each of the rooms says. */
export type Journal = (level: 'debug' | 'info' | 'warn' | 'error', message: string, fields?: object) => void;

/**
 * The journal of a server process: JSON lines on its standard output, which the supervisor keeps. Each is written at
 * once: what pino holds back it writes at the end of the process, for ever if its reader is gone.
 *
 * @param quotesNothing whether the message of an error tells nothing of what was sent; others are left out
 */
export function openJournal(name: string, quotesNothing = (_: Error): boolean => false): Journal {
  const error = (value: unknown): unknown => (value instanceof Error ? told(value, quotesNothing(value)) : value);
  const lines = pino({ name, base: null, serializers: { error } }, pino.destination({ dest: 1, sync: true }));
  return (level, message, fields) => {
    lines[level](fields ?? {}, message);
  };
}

/** An error without its message, unless that quotes nothing of what was sent. */
function told(error: Error, withMessage: boolean): object {
  const { name, code, message, stack = '' } = error as Error & { code?: unknown };
  const at = stack.split('\n').filter((line) => /^ +at /.test(line));
  return { name, code, ...(withMessage ? { message } : {}), at: at.slice(0, 5).map((line) => line.trim()) };
}
