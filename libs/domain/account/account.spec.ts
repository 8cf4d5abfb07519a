import { describe, expect, it } from '@jest/globals';
import { type CommandClass, factsOf, type RecordedEvent } from '../../kernel/index.js';
import { command, given as givenFacts, type StatedFact } from '../../testing/decider.js';
import { breakCirclesOfParents } from '../processes/break-circles-of-parents.js';
import { account } from './account.js';
import {
  AssignAccountRoles,
  AssignParentAccount,
  BreakCircleOfParents,
  ChangeAccountDetails,
  OpenAccount,
  RemoveParentAccount,
  TransferAccount,
} from './account.commands.js';
import { accountEvents } from './account.events.js';

const fact = factsOf(accountEvents);
const accountId = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';
const parentId = 'f6f4d7c1-52b6-4b64-9c0a-2b0c58b7a9d3';
const grandparentId = 'c2a7e4b0-1f5d-4f0e-8a1b-7d9c3e5f6a21';

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
const isdom = fact('AccountOpened', { name: 'Isdom', owner: 'sam', roles: ['customer'] });
const under = (parent?: string) =>
  fact('AccountOpened', { name: 'Above', roles: [], ...(parent === undefined ? {} : { parentId: parent }) });

const given = (...facts: readonly StatedFact[]) => givenFacts(account, ...facts);
const issue = <C extends object>(type: CommandClass<C>, body: object = {}) => command(type, { accountId, ...body });
const open = (change: object = {}) => issue(OpenAccount, { ...cancity.data, ...change });
const change = (details: object) => issue(ChangeAccountDetails, details);
const assign = issue(AssignParentAccount, { parentId });
const roles = (...asked: readonly string[]) => issue(AssignAccountRoles, { roles: asked });

describe('An account', () => {
  it('is an organisation, by name, and a customer unless it is said to be something else', () => {
    given()
      .when(command(OpenAccount, { name: 'Isdom' }))
      .then(fact('AccountOpened', { name: 'Isdom', roles: ['customer'] }));
    given()
      .when(command(OpenAccount, { name: 'Rotor Parts', roles: ['supplier', 'partner'] }))
      .then(fact('AccountOpened', { name: 'Rotor Parts', roles: ['supplier', 'partner'] }));
  });

  it('has an industry, a place, a size, a revenue, a year of foundation and a parent', () => {
    given().when(open()).then(cancity);
  });

  it('changes nothing when it is opened again as it was, whatever it became since', () => {
    given(cancity).when(open()).thenNothing();
    given(cancity)
      .when(open({ roles: undefined }))
      .thenNothing();
    given(cancity, fact('AccountDetailsChanged', { employees: 3, cleared: [] }))
      .when(open())
      .thenNothing();
  });

  it('is not opened again with other details', () => {
    given(cancity)
      .when(open({ employees: 3 }))
      .thenRefused('ACCOUNT_EXISTS');
  });

  it('is found before anything is done with it', () => {
    const all = [
      change({ name: 'A' }),
      issue(TransferAccount, { owner: 'kim' }),
      assign,
      issue(RemoveParentAccount),
      issue(BreakCircleOfParents),
      roles('customer'),
    ];
    for (const issued of all) given().when(issued).thenRefused('ACCOUNT_NOT_FOUND');
  });
});

describe('Its details', () => {
  it('change one by one; what is left out, or is so already, stays', () => {
    given(cancity)
      .when(change({ name: 'Cancity Group', industry: 'retail', location: { country: 'Canada', city: 'Toronto' } }))
      .then(
        fact('AccountDetailsChanged', {
          name: 'Cancity Group',
          location: { country: 'Canada', city: 'Toronto' },
          cleared: [],
        }),
      );
    given(cancity)
      .when(change({ employees: 2448, location: { country: 'United States' } }))
      .thenNothing();
    given(cancity).when(change({})).thenNothing();
  });

  it('can become unknown, except the name', () => {
    given(cancity)
      .when(change({ employees: 2500, clear: ['founded', 'annualRevenue'] }))
      .then(fact('AccountDetailsChanged', { employees: 2500, cleared: ['founded', 'annualRevenue'] }));
    given(isdom)
      .when(change({ clear: ['founded'] }))
      .thenNothing();
  });

  it('are not given and cleared at once', () => {
    given(cancity)
      .when(change({ founded: 2002, clear: ['founded'] }))
      .thenRefused('DETAIL_SET_AND_CLEARED');
  });
});

describe('Its owner', () => {
  it('is another one after a transfer, with the reason', () => {
    given(isdom)
      .when(issue(TransferAccount, { owner: 'kim', reason: 'Sam left' }))
      .then(fact('AccountTransferred', { from: 'sam', to: 'kim', reason: 'Sam left' }));
    given(cancity)
      .when(issue(TransferAccount, { owner: 'kim' }))
      .then(fact('AccountTransferred', { to: 'kim' }));
  });

  it('stays when they own it already', () => {
    given(isdom)
      .when(issue(TransferAccount, { owner: 'sam', reason: 'again' }))
      .thenNothing();
  });
});

describe('Its parent', () => {
  it('is assigned, replaced and removed', () => {
    given(isdom).when(assign).then(fact('AccountParentAssigned', { parentId }));
    given(cancity).when(assign).thenNothing();
    given(cancity)
      .when(issue(AssignParentAccount, { parentId: grandparentId }))
      .then(fact('AccountParentAssigned', { parentId: grandparentId, before: parentId }));
    given(cancity)
      .when(issue(RemoveParentAccount))
      .then(fact('AccountParentRemoved', { parentId, because: 'asked' }));
    given(isdom).when(issue(RemoveParentAccount)).thenNothing();
  });

  it('is never the account itself', () => {
    given()
      .when(open({ parentId: accountId }))
      .thenRefused('ACCOUNT_OWN_PARENT');
    given(isdom)
      .when(issue(AssignParentAccount, { parentId: accountId }))
      .thenRefused('ACCOUNT_OWN_PARENT');
  });

  it('never lies below the account, however far', () => {
    const lookups = {
      [`account-${parentId}`]: [under(grandparentId)],
      [`account-${grandparentId}`]: [under(), fact('AccountParentAssigned', { parentId: accountId })],
    };
    given(isdom).when(assign, { lookups }).thenRefused('ACCOUNT_PARENT_CIRCLE');
    given(isdom)
      .when(assign, { lookups: { ...lookups, [`account-${grandparentId}`]: [under()] } })
      .then(fact('AccountParentAssigned', { parentId }));
  });

  it('never lies below the account, also where it is named by an id that continues as this one', () => {
    const formerId = '7a1c3e5f-9b2d-4c6e-8f10-3d5b7a9c1e20';
    const former = [cancity, fact('AccountMergedInto', { survivorId: accountId })];
    const lookups = {
      [`account-${accountId}`]: [isdom],
      [`account-${parentId}`]: [under(formerId)],
      [`account-${formerId}`]: former,
    };
    given(isdom).when(assign, { lookups }).thenRefused('ACCOUNT_PARENT_CIRCLE');
    given(isdom)
      .when(issue(AssignParentAccount, { parentId: formerId }), { lookups })
      .thenRefused('ACCOUNT_PARENT_CIRCLE');
    given(cancity)
      .when(issue(BreakCircleOfParents), { lookups })
      .then(fact('AccountParentRemoved', { parentId, because: 'circle' }));
  });

  it('is looked at again when it was assigned, and when two accounts became one or are two again', () => {
    const heard = (type: string) =>
      breakCirclesOfParents.react({ type, stream: `account-${accountId}`, data: {} } as RecordedEvent);
    for (const type of ['AccountParentAssigned', 'AccountMergeConfirmed', 'AccountSeparated']) {
      expect(heard(type)).toEqual([issue(BreakCircleOfParents)]);
    }
  });

  it('is not assigned where others have closed a circle that is not ours', () => {
    const lookups = {
      [`account-${parentId}`]: [under(grandparentId)],
      [`account-${grandparentId}`]: [under(parentId)],
    };
    given(isdom).when(assign, { lookups }).then(fact('AccountParentAssigned', { parentId }));
  });

  it('has fewer than a hundred accounts above it', () => {
    const above = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
    const chain = (length: number) =>
      Object.fromEntries(
        Array.from({ length }, (_, n) => [`account-${above(n)}`, [under(n === length - 1 ? undefined : above(n + 1))]]),
      );
    const issued = issue(AssignParentAccount, { parentId: above(0) });
    given(isdom)
      .when(issued, { lookups: chain(99) })
      .then(fact('AccountParentAssigned', { parentId: above(0) }));
    given(isdom)
      .when(issued, { lookups: chain(100) })
      .thenRefused('ACCOUNT_TOO_DEEP');
  });

  it('is given up where two assignments at the same time closed a circle', () => {
    given(cancity)
      .when(issue(BreakCircleOfParents), {
        lookups: { [`account-${parentId}`]: [under(accountId)], [`account-${accountId}`]: [cancity] },
      })
      .then(fact('AccountParentRemoved', { parentId, because: 'circle' }));
    given(cancity)
      .when(issue(BreakCircleOfParents), { lookups: { [`account-${parentId}`]: [under()] } })
      .thenNothing();
    given(isdom).when(issue(BreakCircleOfParents)).thenNothing();
  });
});

describe('Its roles', () => {
  it('are those of a customer, a supplier, a partner, in place of the ones it had', () => {
    given(isdom)
      .when(roles('partner', 'customer'))
      .then(fact('AccountRolesAssigned', { roles: ['customer', 'partner'] }));
    given(isdom)
      .when(roles())
      .then(fact('AccountRolesAssigned', { roles: [] }));
  });

  it('stay as they are in whatever order they are named', () => {
    given(fact('AccountOpened', { name: 'Isdom', roles: ['partner', 'customer'] }))
      .when(roles('customer', 'partner'))
      .thenNothing();
  });
});
