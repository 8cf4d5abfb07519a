import type { About } from './activities.js';
import { money } from './money.js';
import type { Company } from './people.js';
import { dayMs, dayOf, type Story } from './story.js';
import { competitors, products, sellers } from './words.js';

export const ratingScheme = 'customer-value';

const criteria = [
  { criterion: 'turnover', weight: 4 },
  { criterion: 'growth', weight: 3 },
  { criterion: 'fit', weight: 2 },
  { criterion: 'payment', weight: 1 },
];

/** What customers are rated on; payment was given more weight after a year. */
export function ratingSchemes(story: Story): void {
  const scheme = { schemeId: ratingScheme, name: 'Customer value', lowestScore: 1, highestScore: 5 };
  story.tell('DefineRatingScheme', { ...scheme, criteria });
  story.pass(360, 380);
  const heavier = criteria.map(({ criterion, weight }) => ({
    criterion,
    weight: criterion === 'payment' ? weight + 1 : weight,
  }));
  story.tell('DefineRatingScheme', { ...scheme, criteria: heavier });
}

export type Customer = Required<Omit<About, 'opportunityId'>>;

/** What is learnt of a customer as time goes by. */
const lessons = {
  rating: 22,
  wallet: 14,
  product: 20,
  oldProduct: 6,
  attributes: 14,
  attributeGone: 3,
  details: 8,
  roles: 4,
  owner: 6,
  subsidiary: 3,
  personAttributes: 8,
  personDetails: 6,
  attributeOfPersonGone: 2,
} as const;

/** Something is learnt of the customer, or changes with it. */
export function learn(story: Story, company: Company, { accountId, personId }: Customer): void {
  const { random } = story;
  switch (random.weighted(lessons)) {
    case 'rating': {
      const kindness = random.whole(0, 2);
      const scores = criteria.map(({ criterion }) => ({ criterion, score: random.whole(1, 3) + kindness }));
      story.tell('RateAccount', { accountId, schemeId: ratingScheme, scores });
      return;
    }
    case 'wallet': {
      const source = random.pick(['buyer’s own words', 'annual report', 'estimate of the account manager']);
      story.tell('EstimateShareOfWallet', { accountId, perCent: random.whole(1, 18) * 5, source });
      return;
    }
    case 'product': {
      const since = { since: dayOf(story.now - random.whole(30, 1_500) * dayMs) };
      const supplier = random.chance(0.4) ? { supplier: random.pick(competitors) } : {};
      story.tell('AddProductInUse', { accountId, product: random.pick(Object.keys(products)), ...supplier, ...since });
      return;
    }
    case 'oldProduct': {
      const [product, supplier] = ['Control unit', random.pick(competitors)];
      story.tell('AddProductInUse', { accountId, product, supplier });
      story.pass(30, 90);
      story.tell('RemoveProductInUse', { accountId, product, supplier, until: story.dayAhead(0) });
      return;
    }
    case 'attributes':
      story.tell('SetAccountAttributes', {
        accountId,
        attributes: [
          { name: 'production-lines', type: 'whole-number', value: random.whole(1, 14) },
          { name: 'certified-quality', type: 'boolean', value: random.chance(0.6) },
          { name: 'maintenance-contract-ends', type: 'date', value: story.dayAhead(random.whole(60, 700)) },
        ],
      });
      return;
    case 'attributeGone':
      story.tell('SetAccountAttributes', {
        accountId,
        attributes: [{ name: 'tender-running', type: 'boolean', value: true }],
      });
      story.pass(20, 60);
      story.tell('RemoveAccountAttributes', { accountId, names: ['tender-running'] });
      return;
    case 'details': {
      const employees = random.whole(20, 900);
      story.tell('ChangeAccountDetails', {
        accountId,
        industry: company.industry,
        employees,
        annualRevenue: money(employees * random.whole(90, 320) * 1000),
      });
      return;
    }
    case 'roles':
      story.tell('AssignAccountRoles', { accountId, roles: ['customer', random.pick(['supplier', 'partner'])] });
      return;
    case 'owner':
      handOver(story, company, { accountId, personId });
      return;
    case 'subsidiary':
      movesTo(story, company, { accountId, personId });
      return;
    case 'personAttributes':
      story.tell('SetPersonAttributes', {
        personId,
        attributes: [{ name: 'language', type: 'text', value: company.country.code }],
        personalAttributes: [
          { name: 'hobby', type: 'text', value: random.pick(['sailing', 'choir', 'cycling', 'bees', 'chess']) },
        ],
      });
      return;
    case 'attributeOfPersonGone':
      story.tell('SetPersonAttributes', {
        personId,
        attributes: [{ name: 'on-sabbatical', type: 'boolean', value: true }],
      });
      story.pass(40, 120);
      story.tell('RemovePersonAttributes', { personId, names: ['on-sabbatical'] });
      return;
    case 'personDetails': {
      const phone = `${company.country.dial} 555 ${String(random.whole(100, 999))} ${String(random.whole(100, 999))}`;
      story.tell('ChangePersonDetails', { personId, phone });
    }
  }
}

/** Somebody else looks after the customer from now on. */
function handOver(story: Story, company: Company, { accountId, personId }: Customer): void {
  const others = sellers.filter((seller) => seller !== company.owner);
  company.owner = story.random.pick(others);
  const change = { owner: company.owner, reason: 'Regions were cut anew' };
  story.tell('TransferAccount', { accountId, ...change });
  story.tell('TransferPerson', { personId, ...change });
}

/** A company founds another one, and the contact works for that from then on. */
function movesTo(story: Story, company: Company, { accountId, personId }: Customer): void {
  const subsidiary = story.next('account');
  const name = `${company.name} Service`;
  const { industry, owner } = company;
  story.tell('OpenAccount', { accountId: subsidiary, name, industry, parentId: accountId, owner });
  story.settle();
  story.pass(5, 20);
  story.tell('AssignContactAccount', { personId, accountId: subsidiary });
}

/** Two companies turn out to be of one house; one of them is sold off again. */
export function parents(story: Story, accounts: readonly string[]): void {
  for (let place = 0; place + 2 < accounts.length && place < 24; place += 3) {
    const [parentId, first, second] = accounts.slice(place, place + 3);
    story.pass(0, 1);
    story.tell('AssignParentAccount', { accountId: first, parentId });
    story.tell('AssignParentAccount', { accountId: second, parentId });
    if (place % 4 === 0) story.tell('RemoveParentAccount', { accountId: second });
  }
}
