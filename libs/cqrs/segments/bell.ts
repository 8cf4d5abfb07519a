import { setTimeout as sleep } from 'node:timers/promises';

/** Rung by whoever has news; one that was rung while nobody waited is heard at once. */
export class Bell {
  private rung = false;
  private heard = (): void => undefined;

  readonly ring = (): void => {
    this.rung = true;
    this.heard();
  };

  /** What was rung up to now is known. */
  still(): void {
    this.rung = false;
  }

  /** @param mostMs the longest that it is waited for; left out: for as long as it takes */
  async rings(mostMs?: number): Promise<void> {
    const ringing = new Promise<void>((resolve) => (this.heard = resolve));
    if (this.rung) return;
    const waiting = new AbortController();
    const timer =
      mostMs === undefined
        ? []
        : [sleep(Math.max(mostMs, 0), undefined, { signal: waiting.signal }).catch(() => undefined)];
    await Promise.race([ringing, ...timer]);
    waiting.abort();
  }
}
