import type { Http } from './load.js';

interface Status {
  readonly projections: readonly {
    readonly name: string;
    readonly position: string | null;
    readonly head: string | null;
  }[];
}

const status = async (http: Http): Promise<Status['projections']> =>
  ((await http.call('GET', '/v1/status')) as Status).projections;

/** Waits until all read models, or those named, have everything. */
export async function caughtUp(http: Http, named?: readonly string[]): Promise<void> {
  for (;;) {
    const projections = (await status(http)).filter(({ name }) => named?.includes(name) ?? true);
    const isThere = ({ position, head }: (typeof projections)[number]): boolean =>
      position !== null && BigInt(position) >= BigInt(head ?? 0);
    if (projections.length > 0 && projections.every(isThere)) return;
    await new Promise((resume) => setTimeout(resume, 250));
  }
}

/** Waits until processes have nothing left to do either: what they do adds to the log. */
export async function settled(http: Http): Promise<void> {
  for (let before: string | null | undefined; ;) {
    await caughtUp(http);
    const head = (await status(http))[0]?.head;
    if (head === before) return;
    before = head;
    await new Promise((resume) => setTimeout(resume, 5_000));
  }
}
