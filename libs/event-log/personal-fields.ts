import { type DeclaredType, categoryOf } from '../kernel/index.js';

/** The data of an event, its personal fields apart. */
export interface SplitData {
  readonly open: Readonly<Record<string, unknown>>;
  /** `undefined`: none are given. */
  readonly personal: object | undefined;
  /** The stream whose key closes them. */
  readonly subject: string;
}

export function splitPersonal(stream: string, declared: DeclaredType, data: object): SplitData {
  if (declared.personal.length === 0) return { open: { ...data }, personal: undefined, subject: stream };
  const open: Record<string, unknown> = {};
  const personal: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(data) as [string, unknown][]) {
    if (!declared.personal.includes(field)) open[field] = value;
    else if (value !== undefined) personal[field] = value;
  }
  const given = Object.keys(personal).length > 0;
  return { open, personal: given ? personal : undefined, subject: subjectOf(stream, declared, open) };
}

/** A person's own stream; elsewhere the person whom the declared field names; else the stream itself. */
function subjectOf(stream: string, { subject }: DeclaredType, open: Readonly<Record<string, unknown>>): string {
  const person = subject === undefined || categoryOf(stream) === 'person' ? undefined : open[subject];
  return typeof person === 'string' ? `person-${person}` : stream;
}
