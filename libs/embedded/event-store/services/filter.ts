import { streamOf, typeOf } from '../protocol/record.js';
import type { FilterOptions } from '../protocol/requests.js';
import { MalformedMessage } from '../protocol/wire.js';
import type { StoredEvent } from '../storage/reader.js';

export type Filter = { matches: (event: StoredEvent) => boolean; checkpointEvery: number };

const MOST_REMEMBERED_TYPES = 1_000;

/** @throws MalformedMessage when the pattern is not a regular expression. */
export function compileFilter({ on, regex, prefixes, checkpointEvery }: FilterOptions): Filter {
  const test = regex === undefined || regex === '' ? byPrefix(prefixes) : byPattern(regex);
  if (on === 'stream') return { matches: (event) => test(event.stream ?? streamOf(event.record)), checkpointEvery };
  // Types are few: each is tried once.
  const remembered = new Map<string, boolean>();
  const matches = (event: StoredEvent): boolean => {
    const type = event.type ?? typeOf(event.record);
    let answer = remembered.get(type);
    if (answer === undefined) {
      answer = test(type);
      if (remembered.size < MOST_REMEMBERED_TYPES) remembered.set(type, answer);
    }
    return answer;
  };
  return { matches, checkpointEvery };
}

const byPrefix =
  (prefixes: readonly string[]) =>
  (name: string): boolean =>
    prefixes.some((prefix) => name.startsWith(prefix));

function byPattern(source: string): (name: string) => boolean {
  let pattern: RegExp;
  try {
    pattern = new RegExp(source);
  } catch {
    throw new MalformedMessage('the filter is not a regular expression');
  }
  return (name) => pattern.test(name);
}
