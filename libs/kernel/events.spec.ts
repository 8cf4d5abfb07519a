import { describe, expect, it } from '@jest/globals';
import { aggregate, Command, commandOptions, Reference, referencesOf } from './aggregate.js';
import {
  catalogueOf,
  categoryOf,
  declareEvents,
  type EventShape,
  factsOf,
  idOf,
  type RecordedEvent,
} from './events.js';
import { declareProcess } from './process.js';

interface LampEvents {
  LampSwitchedOn: EventShape<{ readonly by: string }, { readonly note?: string }>;
  LampSwitchedOff: EventShape;
}

const lampEvents = declareEvents<LampEvents>('lamp', {
  LampSwitchedOn: {
    says: 'There is light.',
    schema: 2,
    upcast: { 1: (open) => ({ ...open, by: 'unknown' }) },
    subject: 'by',
    personal: { note: true },
  },
  LampSwitchedOff: { says: 'There is none.' },
});
const fact = factsOf(lampEvents);

@Command({ says: 'Switches the lamp on.', by: ['support'], opens: true, example: { lampId: 'a', by: 'sam' } })
class SwitchOn {
  readonly lampId!: string;
  @Reference('employee') readonly by!: string;
}

class Unmarked {
  readonly id!: string;
}

const lamp = aggregate<{ readonly on: boolean; readonly since?: string }>()({
  events: lampEvents,
  commands: { SwitchOn },
  id: 'lampId',
  initial: { on: false },
  lookups: {},
  decide: { SwitchOn: ({ by }, { on }) => (on ? [] : [fact('LampSwitchedOn', { by })]) },
  evolve: {
    LampSwitchedOn: (_, _data, at) => ({ on: true, since: at }),
    LampSwitchedOff: () => ({ on: false }),
  },
});

const at = '2024-01-15T09:00:00.000Z';

describe('The event catalogue', () => {
  it('knows every declared type, with the defaults filled in', () => {
    const catalogue = catalogueOf([lampEvents]);
    expect(catalogue.get('LampSwitchedOn')).toMatchObject({
      category: 'lamp',
      schema: 2,
      personal: ['note'],
      subject: 'by',
    });
    expect(catalogue.get('LampSwitchedOff')).toEqual({
      category: 'lamp',
      type: 'LampSwitchedOff',
      says: 'There is none.',
      schema: 1,
      upcast: {},
      personal: [],
      subject: undefined,
    });
  });

  it('lets a name belong to one aggregate', () => {
    const other = declareEvents<{ LampSwitchedOff: EventShape }>('street', { LampSwitchedOff: { says: 'Dark.' } });
    expect(() => catalogueOf([lampEvents, other])).toThrow('LampSwitchedOff is declared by lamp and by street');
  });
});

describe('A stream', () => {
  it('is named by its category and the id behind the first hyphen', () => {
    expect(categoryOf('person-5f0c9d1e-7a54')).toBe('person');
    expect(idOf('person-5f0c9d1e-7a54')).toBe('5f0c9d1e-7a54');
  });
});

describe('An aggregate', () => {
  const given = {
    commandId: 'c',
    occurredAt: at,
    actor: { id: 'sam', role: 'support' },
    issuer: 'sam',
    lookups: {},
  } as const;
  const switchOn = Object.assign(new SwitchOn(), { lampId: 'a', by: 'sam' });

  it('decides by the class of the command, and folds by the type of the event', () => {
    const facts = lamp.decide(switchOn, lamp.initial, given);
    expect(facts).toEqual([{ type: 'LampSwitchedOn', data: { by: 'sam' } }]);
    const on = facts.reduce((state, event) => lamp.apply(state, event, at), lamp.initial);
    expect(on).toEqual({ on: true, since: at });
    expect(lamp.decide(switchOn, on, given)).toEqual([]);
    expect(lamp.category).toBe('lamp');
  });

  it('fails loudly, by name, on an event that it does not know', () => {
    expect(() => lamp.apply(lamp.initial, { type: 'LampBroke', data: {} }, at)).toThrow(
      'lamp does not know the event LampBroke',
    );
  });
});

describe('A command', () => {
  it('carries its options and its references', () => {
    expect(commandOptions(SwitchOn)).toMatchObject({ says: 'Switches the lamp on.', opens: true });
    expect(referencesOf(new SwitchOn())).toEqual(new Map([['by', 'employee']]));
    expect(referencesOf(new Unmarked())).toEqual(new Map());
    expect(() => commandOptions(Unmarked)).toThrow('Unmarked is used as a command without @Command');
  });
});

describe('A process', () => {
  const lightUp = declareProcess(lampEvents)('light-up', {
    LampSwitchedOn: ({ data: { by }, stream }) => [{ greet: by, of: idOf(stream) }],
  });
  const heard = { type: 'LampSwitchedOn', data: { by: 'sam' }, stream: 'lamp-a' } as unknown as RecordedEvent;

  it('hears what it reacts to, and answers nothing to the rest', () => {
    expect(lightUp.hears).toEqual(['LampSwitchedOn']);
    expect(lightUp.react(heard)).toEqual([{ greet: 'sam', of: 'a' }]);
    expect(lightUp.react({ ...heard, type: 'LampSwitchedOff' })).toEqual([]);
  });
});
