import { type KeyObject, createCipheriv, createDecipheriv, createSecretKey, randomFillSync } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** A secret of 32 bytes, ready for use. */
export const secretKey = (bytes: Buffer): KeyObject => {
  if (bytes.length !== 32) throw new Error('A key has 32 bytes.');
  return createSecretKey(bytes);
};

const pool = Buffer.alloc(4096);
let taken = pool.length;

/** Random bytes, drawn from the system many at a time; each is given out once and kept nowhere. */
export function freshBytes(count: number): Buffer {
  if (taken + count > pool.length) {
    randomFillSync(pool);
    taken = 0;
  }
  const fresh = Buffer.from(pool.subarray(taken, taken + count));
  pool.fill(0, taken, taken + count);
  taken += count;
  return fresh;
}

/** Encrypts under a key and binds the result to a name: nonce, ciphertext and tag. */
export function close(key: KeyObject, boundTo: string, plain: Buffer): Buffer {
  const nonce = freshBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(boundTo));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** The reverse of `close`. Throws when the key, the name or a single bit is another. */
export function disclose(key: KeyObject, boundTo: string, closed: Buffer): Buffer {
  const decipher = createDecipheriv(algorithm, key, closed.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(boundTo));
  decipher.setAuthTag(closed.subarray(closed.length - tagBytes));
  return Buffer.concat([decipher.update(closed.subarray(nonceBytes, closed.length - tagBytes)), decipher.final()]);
}
