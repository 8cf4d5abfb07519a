import type { DatedSignal, Signal, SignalKind } from '../../libs/domain/account/relationship.rules.js';
import type { RecordedEvent } from '../../libs/kernel/index.js';

/** What is kept of the event. */
export type Heard = Pick<RecordedEvent, 'position' | 'stream' | 'occurredAt'>;

/** A signal, and the position of its event: one that is about several people of a customer counts once. */
export interface KeptSignal extends DatedSignal {
  readonly position: string;
}

/** As it is kept, for there are dozens of each customer: what, direction, when, position, value; stream, where it counts. */
export const keptAs = ({ what, outbound, value }: Signal, { occurredAt, position, stream }: Heard): string => {
  const counted = what === 'sent' || what === 'answered' ? stream : '';
  return [what, outbound ? 'out' : 'in', occurredAt, position, value ?? '', counted].join(' ');
};

/** A signal out of what is kept of it. */
export function signalIn(kept: string): KeptSignal {
  const [what = '', direction, at = '', position = '', value = '', ...stream] = kept.split(' ');
  return {
    ...{ what: what as SignalKind, outbound: direction === 'out', at, position, stream: stream.join(' ') },
    ...(value === '' ? {} : { value: Number(value) }),
  };
}
