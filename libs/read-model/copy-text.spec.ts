import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CopyText } from './copy-text.js';

const written = (text: CopyText): string => text.written.toString();

describe('text for COPY', () => {
  it('has a tab behind each field and ends a line behind the last one', () => {
    const text = new CopyText();
    text.fields('a', 1, 2n);
    text.endLine();
    text.field('b');
    text.field('c\td');
    text.endLine();
    expect(written(text)).toBe('a\t1\t2\nb\tc\td\n');
  });

  it('is what joined strings would be, whatever characters there are and however many', () => {
    const field = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ minLength: 60, maxLength: 5_000 }));
    fc.assert(
      fc.property(fc.array(fc.array(field, { minLength: 1 }), { minLength: 1 }), (lines) => {
        const text = new CopyText();
        for (const fields of lines) {
          text.fields(...fields);
          text.endLine();
        }
        expect(written(text)).toBe(lines.map((fields) => `${fields.join('\t')}\n`).join(''));
      }),
    );
  });

  it('begins anew once it was cleared', () => {
    const text = new CopyText();
    expect(text.isEmpty).toBe(true);
    for (const before of ['short', 'ü'.repeat(2_000_000)]) {
      text.field(before);
      expect(text.isEmpty).toBe(false);
      text.clear();
      expect(text.isEmpty).toBe(true);
      text.fields('next', 'é');
      text.endLine();
      expect(written(text)).toBe('next\té\n');
      text.clear();
    }
  });
});
