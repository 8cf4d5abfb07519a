/** Who may do what; domain.md §9. */
export const roles = [
  'marketing',
  'sales',
  'sales-manager',
  'support',
  'service',
  'analyst',
  'auditor',
  'privacy-officer',
  'admin',
] as const;

export type Role = (typeof roles)[number];

/** Who did it: a key's or a process's stable id, never a name. */
export interface Actor {
  readonly id: string;
  readonly role: Role;
}
