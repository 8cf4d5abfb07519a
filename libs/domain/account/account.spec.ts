import { describe, it } from '@jest/globals';
import { factsOf } from '../../kernel/index.js';
import { command, given } from '../../testing/decider.js';
import { account } from './account.js';
import { OpenAccount } from './account.commands.js';
import { accountEvents } from './account.events.js';

const fact = factsOf(accountEvents);
const accountId = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';
const parentId = 'f6f4d7c1-52b6-4b64-9c0a-2b0c58b7a9d3';

const cancity = fact('AccountOpened', {
  name: 'Cancity',
  industry: 'retail',
  location: { country: 'United States' },
  employees: 2448,
  annualRevenue: { amount: 71_863_000_000, currency: 'USD' },
  founded: 2001,
  parentId,
  roles: ['customer'],
});
const open = (change: object = {}) => command(OpenAccount, { accountId, ...cancity.data, ...change });

describe('An account', () => {
  it('is an organisation, by name, and a customer unless it is said to be something else', () => {
    given(account)
      .when(command(OpenAccount, { name: 'Isdom' }))
      .then(fact('AccountOpened', { name: 'Isdom', roles: ['customer'] }));
    given(account)
      .when(command(OpenAccount, { name: 'Rotor Parts', roles: ['supplier', 'partner'] }))
      .then(fact('AccountOpened', { name: 'Rotor Parts', roles: ['supplier', 'partner'] }));
  });

  it('has an industry, a place, a size, a revenue, a year of foundation and a parent', () => {
    given(account).when(open()).then(cancity);
  });

  it('changes nothing when it is opened again as it was', () => {
    given(account, cancity).when(open()).thenNothing();
    given(account, cancity)
      .when(open({ roles: undefined }))
      .thenNothing();
  });

  it('is not opened again with other details', () => {
    given(account, cancity)
      .when(open({ employees: 3 }))
      .thenRefused('ACCOUNT_EXISTS');
  });

  it('is not its own parent', () => {
    given(account)
      .when(open({ parentId: accountId }))
      .thenRefused('ACCOUNT_OWN_PARENT');
  });
});
