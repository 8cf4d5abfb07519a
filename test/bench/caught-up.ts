import type { Http } from './load.js';

interface Status {
  readonly projections: readonly {
    readonly name: string;
    readonly position: string | null;
    readonly head: string | null;
  }[];
}

/** Waits until all read models, or those named, have everything. */
export async function caughtUp(http: Http, named?: readonly string[]): Promise<void> {
  for (;;) {
    const { projections: all } = (await http.call('GET', '/v1/status')) as Status;
    const projections = all.filter(({ name }) => named?.includes(name) ?? true);
    const isThere = ({ position, head }: (typeof projections)[number]): boolean =>
      position !== null && BigInt(position) >= BigInt(head ?? 0);
    if (projections.length > 0 && projections.every(isThere)) return;
    await new Promise((resume) => setTimeout(resume, 250));
  }
}
