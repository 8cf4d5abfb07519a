import { createHash, timingSafeEqual } from 'node:crypto';
import type { Metadata } from '@grpc/grpc-js';

export type Authenticate = (metadata: Metadata) => boolean;

/** Basic credentials of the user `admin`; everybody passes when there is no password. */
export function authenticator(password: string | undefined): Authenticate {
  if (password === undefined) return () => true;
  const expected = digest(`Basic ${Buffer.from(`admin:${password}`).toString('base64')}`);
  // Digests are of one length, so the comparison tells nothing by its time.
  return (metadata) => timingSafeEqual(digest(String(metadata.get('authorization')[0] ?? '')), expected);
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
