import { expect, it } from '@jest/globals';
import type { DeclaredType } from '../kernel/index.js';
import { splitPersonal } from './personal-fields.js';

const declared: DeclaredType = {
  category: 'activity',
  type: 'CallLogged',
  says: 'Somebody called.',
  schema: 1,
  upcast: {},
  personal: ['text', 'phone'],
  subject: 'personId',
};

it('takes the personal fields out, and no other', () => {
  const data = { personId: '7', text: 'spoke with her', phone: undefined, minutes: 3 };
  expect(splitPersonal('activity-1', declared, data)).toEqual({
    open: { personId: '7', minutes: 3 },
    personal: { text: 'spoke with her' },
    subject: 'person-7',
  });
});

it('has nothing personal where none of the fields is given, or none is declared', () => {
  expect(splitPersonal('activity-1', declared, { minutes: 3 }).personal).toBeUndefined();
  expect(splitPersonal('activity-1', { ...declared, personal: [] }, { text: 'open' })).toMatchObject({
    open: { text: 'open' },
    personal: undefined,
  });
});

it('finds whose they are', () => {
  const subject = (stream: string, data: object) => splitPersonal(stream, declared, { text: 't', ...data }).subject;
  expect(subject('activity-1', { personId: '7' })).toBe('person-7');
  expect(subject('activity-1', {})).toBe('activity-1');
  expect(subject('person-9', { personId: '7' })).toBe('person-9');
});
