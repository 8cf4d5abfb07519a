import { isUtf8 } from 'node:buffer';

/**
 * The protocol buffers wire format, written by hand: the messages are few, and the hot ones (an event in, an event
 * out) have to cost next to nothing beside the copying of their bytes.
 */
export class MalformedMessage extends Error {}

/** Fields of one message in the order of their bytes. Numbers beyond 2^53 lose their lowest bits. */
export class WireReader {
  field = 0;
  private type = 0;

  constructor(
    private readonly bytes: Buffer,
    private position = 0,
    private readonly end = bytes.length,
  ) {}

  /** Steps to the next field; false at the end of the message. */
  next(): boolean {
    if (this.position >= this.end) return false;
    const tag = this.varint();
    this.field = Math.floor(tag / 8);
    this.type = tag % 8;
    if (this.field === 0) throw new MalformedMessage('field number 0');
    return true;
  }

  private varint(): number {
    let value = 0;
    let factor = 1;
    for (let count = 0; count < 10; count++) {
      if (this.position >= this.end) throw new MalformedMessage('number cut short');
      const byte = this.bytes[this.position++] ?? 0;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    throw new MalformedMessage('number too long');
  }

  number(): number {
    if (this.type !== 0) throw new MalformedMessage('a number was expected');
    return this.varint();
  }

  /** A 64-bit number with all of its bits. */
  bigint(): bigint {
    if (this.type !== 0) throw new MalformedMessage('a number was expected');
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (this.position >= this.end) throw new MalformedMessage('number cut short');
      const byte = this.bytes[this.position++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new MalformedMessage('number too long');
  }

  private span(): number {
    if (this.type !== 2) throw new MalformedMessage('bytes were expected');
    const length = this.varint();
    const start = this.position;
    if (length > this.end - start) throw new MalformedMessage('bytes cut short');
    this.position = start + length;
    return start;
  }

  /** A view, not a copy. */
  slice(): Buffer {
    const start = this.span();
    return this.bytes.subarray(start, this.position);
  }

  string(): string {
    const start = this.span();
    const text = this.bytes.toString('utf8', start, this.position);
    if (text.includes('\ufffd') && !isUtf8(this.bytes.subarray(start, this.position))) {
      throw new MalformedMessage('text that is not UTF-8');
    }
    return text;
  }

  message(): WireReader {
    const start = this.span();
    return new WireReader(this.bytes, start, this.position);
  }

  skip(): void {
    if (this.type === 0) this.varint();
    else if (this.type === 1) this.advance(8);
    else if (this.type === 2) this.span();
    else if (this.type === 5) this.advance(4);
    else throw new MalformedMessage('unknown wire type');
  }

  private advance(count: number): void {
    if (count > this.end - this.position) throw new MalformedMessage('value cut short');
    this.position += count;
  }
}

export function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length++;
  return length;
}

/** Writes a number below 2^53 and returns the position behind it. */
export function writeVarint(target: Buffer, position: number, value: number): number {
  let rest = value;
  let at = position;
  while (rest > 0x7fffffff) {
    target[at++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  while (rest >= 128) {
    target[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  target[at++] = rest;
  return at;
}

/** Builds the small messages; the hot ones are laid out by `record.ts` and `responses.ts`. */
export class WireWriter {
  private readonly parts: Buffer[] = [];

  private tag(field: number, type: number): void {
    this.varint(field * 8 + type);
  }

  private varint(value: number): void {
    const part = Buffer.allocUnsafe(varintLength(value));
    writeVarint(part, 0, value);
    this.parts.push(part);
  }

  number(field: number, value: number): this {
    this.tag(field, 0);
    this.varint(value);
    return this;
  }

  bytes(field: number, value: Buffer): this {
    this.tag(field, 2);
    this.varint(value.length);
    this.parts.push(value);
    return this;
  }

  string(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value));
  }

  message(field: number, fill: (writer: WireWriter) => void = () => undefined): this {
    const inner = new WireWriter();
    fill(inner);
    return this.bytes(field, inner.finish());
  }

  finish(): Buffer {
    return Buffer.concat(this.parts);
  }
}
