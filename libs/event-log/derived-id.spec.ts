import { describe, expect, it } from '@jest/globals';
import { v5 } from 'uuid';
import { deriveId } from './derived-id.js';

describe('a derived id', () => {
  const namespace = '6f0f3b52-6f0e-5c6b-8f0a-2a8c3cf1d8aa';

  it('is the version 5 UUID of its name', () => {
    for (let n = 0; n < 100; n++) {
      const name = `person/é${String(n)}`.repeat(n);
      expect(deriveId(name, namespace)).toBe(v5(name, namespace));
      expect(deriveId(name, v5(name, namespace))).toBe(v5(name, v5(name, namespace)));
    }
  });
});
