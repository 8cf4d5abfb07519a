import { SingleBar } from 'cli-progress';

/** How far a long piece of work is, shown while it runs. */
export interface Progress {
  /** `done` of the total that the bar was made with; `note` stands behind it. */
  show(done: number, note: string): void;
  /** A line that stays, above the bar. */
  say(line: string): void;
  stop(): void;
}

const lineEveryMs = 5_000;
const updateEveryMs = 100;

/**
 * A bar with the share done and the time left; where the output is no terminal, a plain line every few seconds.
 *
 * @param rate what is counted, for the figure per second: `rows`
 */
export function progressBar(total: number, output: NodeJS.WriteStream = process.stderr): Progress {
  return output.isTTY ? bar(total, output) : lines(total, output);
}

function bar(total: number, stream: NodeJS.WriteStream): Progress {
  const shown = new SingleBar({
    stream,
    format: '{bar} {percentage}% | {eta_formatted} left | {note}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    etaBuffer: 100,
    fps: 10,
    hideCursor: true,
    stopOnComplete: false,
  });
  shown.start(Math.max(total, 1), 0, { note: '' });
  let last = 0;
  return {
    show(done, note) {
      const now = Date.now();
      // The time left is taken from the last hundred updates: of some seconds, not of one burst.
      if (now - last < updateEveryMs && done < total) return;
      last = now;
      shown.update(done, { note });
    },
    say: (line) => stream.write(`\r\u001b[K${line}\n`),
    stop: () => shown.stop(),
  };
}

function lines(total: number, stream: NodeJS.WriteStream): Progress {
  const begun = Date.now();
  let last = begun;
  return {
    show(done, note) {
      const now = Date.now();
      if (now - last < lineEveryMs || done === 0) return;
      last = now;
      const left = Math.max(0, ((now - begun) * (total - done)) / done / 1000);
      stream.write(`${Math.floor((100 * done) / Math.max(total, 1))}% | ${Math.ceil(left)}s left | ${note}\n`);
    },
    say: (line) => stream.write(`${line}\n`),
    stop: () => undefined,
  };
}
