import { v5 } from 'uuid';

/** Namespace of all ids derived from imported rows. Part of every id: it never changes. */
const namespace = '1f0c5e0a-6d0b-5b61-9a54-5d0c8a6e7b42';

/** Id of what one row tells of: the same on every import of that row. */
export const rowId = (mapping: string, file: string, key: string): string => v5(`${mapping}/${file}/${key}`, namespace);

/** Idempotency key of one command of a row. */
export const commandId = (mapping: string, file: string, key: string, command: string): string =>
  v5(`${mapping}/${file}/${key}/${command}`, namespace);

/** Letters that are no base letter with a mark. */
const spelled: Readonly<Record<string, string>> = {
  ł: 'l',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ı: 'i',
};

/** A readable, stable id from a name: `Mei-Mei Johns` → `mei-mei-johns`, `Élodie Żak` → `elodie-zak`. */
export const slugOf = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[łøđðþßæœı]/g, (letter) => spelled[letter] ?? letter)
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
