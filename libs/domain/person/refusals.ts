/* What commands about people are refused with, and when. */

export const refusedWhenUnknown = { PERSON_NOT_FOUND: 'No person has this id.' } as const;

export const refusedWhenRegistered = {
  PERSON_EXISTS: 'The id belongs to a person who was registered with other details.',
} as const;

export const refusedWhenNoLead = {
  ...refusedWhenUnknown,
  PERSON_NOT_A_LEAD: 'The person has shown no interest.',
  LEAD_ALREADY_CONVERTED: 'The lead became a contact, who is no lead any more.',
} as const;

export const refusedWhenNotWorkedOn = {
  ...refusedWhenNoLead,
  LEAD_DISQUALIFIED: 'The lead was set aside; it is recycled first.',
} as const;
