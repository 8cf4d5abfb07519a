import { runChild } from '../../apps/child.js';
import { openJournal } from '../../apps/journal.js';

/** A server process that has something to say while it ends. */
runChild(() => {
  const log = openJournal('last-words');
  const busy = setInterval(() => undefined, 1_000);
  return Promise.resolve({
    stop: () => {
      clearInterval(busy);
      for (const word of ['I', 'am', 'ending']) log('warn', word);
      return Promise.resolve();
    },
  });
});
