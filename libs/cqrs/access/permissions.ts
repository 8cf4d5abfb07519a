import { forbidden, type Actor, type Role } from '../../kernel/index.js';
import type { CommandOptions } from '../../kernel/index.js';

/** These issue any command: an administrator, and an internal system with a key for it (domain.md §9). */
const anyCommand: readonly Role[] = ['admin', 'service'];

/** Whose answers hold personal data. An analyst reads projections without them. */
const personalData: readonly Role[] = [
  'marketing',
  'sales',
  'sales-manager',
  'support',
  'service',
  'auditor',
  'privacy-officer',
  'admin',
];

export function mayIssue(actor: Actor, name: string, { by, internal }: CommandOptions): void {
  if (internal) throw forbidden('COMMAND_INTERNAL', `${name} is issued by processes alone.`);
  if (anyCommand.includes(actor.role) || by.includes(actor.role)) return;
  throw forbidden('COMMAND_NOT_ALLOWED', `A key of the role ${actor.role} may not issue ${name}.`);
}

export const mayReadPersonalData = (actor: Actor): boolean => personalData.includes(actor.role);

export function mayAdminister(actor: Actor): void {
  if (actor.role !== 'admin') throw forbidden('ADMIN_ONLY', 'Only a key of the role admin may do this.');
}
