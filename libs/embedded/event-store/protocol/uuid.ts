import { MalformedMessage, WireReader } from './wire.js';

const TEXT = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Reads `event_store.client.UUID`, in its text or its two-number form, as lower-case text. */
export function readUuid(message: WireReader): string {
  let text = '';
  while (message.next()) {
    if (message.field === 1) text = readStructured(message.message());
    else if (message.field === 2) text = message.string().toLowerCase();
    else message.skip();
  }
  if (!TEXT.test(text)) throw new MalformedMessage('an id that is not a UUID');
  return text;
}

function readStructured(message: WireReader): string {
  let high = 0n;
  let low = 0n;
  while (message.next()) {
    if (message.field === 1) high = message.bigint();
    else if (message.field === 2) low = message.bigint();
    else message.skip();
  }
  const hex = high.toString(16).padStart(16, '0') + low.toString(16).padStart(16, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The 16 bytes of a UUID, as PostgreSQL takes them in binary. */
export function writeUuidBytes(target: Buffer, position: number, uuid: string): void {
  target.write(uuid.slice(0, 8), position, 'hex');
  target.write(uuid.slice(9, 13), position + 4, 'hex');
  target.write(uuid.slice(14, 18), position + 6, 'hex');
  target.write(uuid.slice(19, 23), position + 8, 'hex');
  target.write(uuid.slice(24), position + 10, 'hex');
}
