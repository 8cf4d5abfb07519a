// Bodies of commands about a lead.

export const lead = (personId: string): object => ({ personId, name: 'Ilse Verbruggen', source: 'trade fair' });
export const mql = (personId: string): object => ({ personId, to: 'marketing-qualified' });
export const sql = (personId: string): object => ({ personId, to: 'sales-qualified' });
