import { type Aggregate, type Foldable, type Found, lookedUp, type LookedUp, neededBy } from '../../kernel/index.js';
import type { Earlier } from './serial.js';
import type { Streams } from './streams.js';

/** Other states that a decision rests on may be this old. */
const lookupAgeMs = 1_000;

/** A stream can be asked for as it stands, and as the one that it continues as. */
const keyOf = (from: Foldable<unknown>, id: string): string =>
  `${from.continuesAs ? 'of' : 'as it stands'} ${from.category}-${id}`;

/** The other streams that a decision rests on. What commands begun before it do to them is done first. */
export class LookUps {
  constructor(
    private readonly streams: Streams,
    private readonly earlier: Earlier,
  ) {}

  /** Whether there is such an aggregate. */
  async exists(from: Foldable<unknown>, id: string): Promise<boolean> {
    const stream = `${from.category}-${id}`;
    if (this.streams.isKnown(stream)) return true;
    await this.earlier(stream);
    return this.streams.exists(from, stream);
  }

  /** All that a decision looks at. @param fresh read anew, whatever is remembered */
  async of({ lookups }: Aggregate, command: object, state: unknown, fresh: boolean): Promise<object> {
    const found = new Map<string, LookedUp>();
    const loaded = (from: Foldable<unknown>, id: string): LookedUp | undefined => found.get(keyOf(from, id));
    for (;;) {
      const needed = neededBy(lookups, command, state, loaded).map((one) => [keyOf(one.from, one.id), one] as const);
      const missing = new Map(needed.filter(([key]) => !found.has(key)));
      if (missing.size === 0) return lookedUp(lookups, command, state, loaded);
      await Promise.all(
        [...missing].map(async ([key, { from, id }]) => {
          found.set(key, await this.present(from, id, fresh));
        }),
      );
    }
  }

  /** The id by which the stream is named since somebody whom the command names was merged, if it is another one. */
  async renamed(stream: string, aggregate: Aggregate, command: object, fresh: boolean): Promise<string | undefined> {
    const { naturalIdByNow } = aggregate;
    if (!naturalIdByNow) return undefined;
    const id = await this.answer((found) => naturalIdByNow(command, found), fresh);
    return id === undefined || stream === `${aggregate.category}-${id}` ? undefined : id;
  }

  /** What a question comes to once all that it looks for is found. @param fresh read anew, whatever is remembered */
  async answer<Answer>(question: (found: Found) => Answer, fresh: boolean): Promise<Answer> {
    const known = new Map<string, LookedUp>();
    for (;;) {
      const missing = new Map<string, { readonly from: Foldable<unknown>; readonly id: string }>();
      const answer = question(((from: Foldable<unknown>, id: string | undefined) => {
        if (id === undefined) return undefined;
        const one = known.get(keyOf(from, id));
        if (!one) missing.set(keyOf(from, id), { from, id });
        return one;
      }) as Found);
      if (missing.size === 0) return answer;
      await Promise.all(
        [...missing].map(async ([key, { from, id }]) => {
          known.set(key, await this.present(from, id, fresh));
        }),
      );
    }
  }

  /** The aggregate of an id, or the one that it continues as. */
  private async present(from: Foldable<unknown>, asked: string, fresh: boolean): Promise<LookedUp> {
    const followed = new Set<string>();
    for (let id = asked; ;) {
      followed.add(id);
      const stream = `${from.category}-${id}`;
      await this.earlier(stream);
      const { state } = await this.streams.recent(from, stream, fresh ? 0 : lookupAgeMs);
      const continuesAs = from.continuesAs?.(state);
      if (continuesAs === undefined || followed.has(continuesAs)) return { id, state };
      id = continuesAs;
    }
  }
}
