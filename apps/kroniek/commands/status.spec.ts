import { expect, it } from '@jest/globals';
import { statusTable } from './status.js';

it('shows one aligned row for each projection, and why one stands still', () => {
  const lag = { events: 0, seconds: 0 };
  const shown = statusTable([
    { name: 'pipeline', version: 2, state: 'serving', position: '120345', lag, rate: 0, running: true, error: null },
    {
      name: 'customer-history',
      version: 1,
      state: 'serving',
      position: '77',
      lag: { events: 1_204, seconds: 12.34 },
      rate: 0,
      running: true,
      error: {
        id: '2b1f5d0c-7c44-4f0e-8f57-6d1f6f1e2f00',
        type: 'OpportunityWon',
        stream: 'opportunity-1',
        revision: 3,
        position: '78',
        message: 'no amount',
      },
    },
  ]);
  const rows = shown.split('\n').map((line) =>
    line
      .split('│')
      .map((cell) => cell.trim())
      .filter((cell) => cell !== ''),
  );
  expect(rows).toContainEqual(['pipeline', '2', '120345', '0', '0', '0', 'serving']);
  expect(rows).toContainEqual(['customer-history', '1', '77', '1,204', '12.3', '0', 'stopped']);
  expect(shown).toContain('customer-history stopped at OpportunityWon (opportunity-1, position 78): no amount');
});
