import { v5 } from 'uuid';
import { invalid } from '../kernel/index.js';

/** Ids are on disk: never change it. */
const namespace = '6c1d3f0a-2b9e-5d47-8f61-93a7c05be214';

/** The id of what is identified by its content: the same parts are the same thing, whoever asks (UUID v5). */
export const naturalId = (category: string, ...parts: readonly (string | undefined)[]): string =>
  v5(JSON.stringify([category, ...parts.map((part) => part ?? null)]), namespace);

/** What every command refuses that takes an id which its content tells. */
export const refusesOtherId = {
  ID_NOT_ITS_OWN: 'An id is given that is not the one which follows from the content.',
} as const;

/** Two streams of the same thing would contradict each other, so an id that is given has to be the one. */
export function itsOwnId(field: string, given: string | undefined, natural: string): void {
  if (given === undefined || given === natural) return;
  throw invalid('ID_NOT_ITS_OWN', 'The id follows from the content of the command: leave it out.', [
    { path: field, message: `${field} must be ${natural}, or be left out.` },
  ]);
}
