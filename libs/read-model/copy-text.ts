const tab = 9;
const newline = 10;
/** Characters below are one byte in UTF-8. */
const ascii = 0x80;
/** The longest text that is written character by character: a call into Node costs as much. */
const short = 64;
const firstBytes = 4_096;
/** What grew larger than this is not kept for the next batch. */
const keptBytes = 262_144;

/**
 * Rows in COPY's text format, one behind the other in a buffer that the next batch fills anew. As strings they would live
 * until their batch is written, and be moved about by the garbage collector meanwhile.
 */
export class CopyText {
  private bytes = Buffer.alloc(0);
  private length = 0;

  get isEmpty(): boolean {
    return this.length === 0;
  }

  /** What was written; it stands until `clear`. */
  get written(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  /** Adds fields to the line: each as COPY wants it, escaped where that is needed. */
  fields(...fields: readonly (string | number | bigint)[]): void {
    for (const field of fields) this.field(String(field));
  }

  /** Adds one field, or several with tabs between them. */
  field(text: string): void {
    // A character of UTF-16 is three bytes of UTF-8 at the most.
    this.makeRoom(3 * text.length + 1);
    const { bytes } = this;
    let end = this.length;
    let at = 0;
    if (text.length <= short) {
      for (; at < text.length; at++) {
        const code = text.charCodeAt(at);
        if (code >= ascii) break;
        bytes[end++] = code;
      }
    }
    if (at < text.length) end = this.length + bytes.write(text, this.length);
    bytes[end] = tab;
    this.length = end + 1;
  }

  endLine(): void {
    this.bytes[this.length - 1] = newline;
  }

  /** What was written is through, or will never be. */
  clear(): void {
    if (this.bytes.length > keptBytes) this.bytes = Buffer.alloc(0);
    this.length = 0;
  }

  private makeRoom(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(firstBytes, 2 * this.bytes.length, this.length + more));
    larger.set(this.written);
    this.bytes = larger;
  }
}
