import { randomUUID } from 'node:crypto';

/** Something that happened in the made-up company, some seconds after its beginning. */
export interface Told {
  readonly stream: string;
  readonly type: string;
  readonly data: object;
  readonly occurred: number;
  /** When it was reported. */
  readonly recorded: number;
}

type Tell = (told: Told) => void;

const day = 86_400;
const salespeople = Array.from({ length: 40 }, (_, index) => `seller-${String(index + 1)}`);
const industries = ['Shipping', 'Energy', 'Food', 'Retail', 'Health', 'Building', 'Steel', 'Paper', 'Media', 'Rail'];
const countries = ['NL', 'DE', 'FR', 'BE', 'GB', 'US', 'ES', 'IT'];
const sources = ['trade fair', 'website', 'referral', 'newsletter', 'search'];
const failures = ['no-answer', 'left-message', 'bounced', 'refused', 'no-show'];
const kinds = ['phone-call', 'e-mail', 'visit', 'meeting', 'chat'];
const stages = ['prospecting', 'qualification', 'needs-analysis', 'proposal', 'negotiation', 'verbal-agreement'];
const segmentIds = Array.from({ length: 10 }, (_, index) => `segment-${String(index + 1)}`);
const campaignIds = Array.from({ length: 60 }, () => randomUUID());
const surveys = ['yearly', 'after-delivery'];

/** Events that one account brings with all that belongs to it, about. */
export const eventsAnAccount = 105;

/**
 * A company that sells to other companies, over some years: mostly interactions, and about each account three contacts
 * and three leads, four opportunities, five orders, some campaigns, surveys and cases.
 */
export class Company {
  private state = 20_260_101;

  /** @param start of its time, in milliseconds since 1970 */
  constructor(
    private readonly start: number,
    private readonly seconds: number,
    private readonly tell: Tell,
  ) {}

  /** What is there before the first customer. */
  settings(): void {
    const at = 0;
    const probabilities = [10, 20, 40, 60, 80, 90];
    this.say('pipeline-default', 'PipelineDefined', at, {
      name: 'Sales',
      currency: 'EUR',
      stages: stages.map((stage, index) => ({ stage, probability: probabilities[index] })),
      retired: [],
    });
    for (let team = 1; team <= 5; team++) {
      this.say(`team-t${String(team)}`, 'TeamDefined', at, {
        name: `Team ${String(team)}`,
        manager: `boss-${String(team)}`,
      });
    }
    for (const [index, salesperson] of salespeople.entries()) {
      const teamId = `t${String((index % 5) + 1)}`;
      this.say(`membership-${salesperson}`, 'TeamMemberAdded', at, { salesperson, teamId, from: this.dayOf(at) });
    }
    for (const [index, id] of segmentIds.entries()) this.segment(id, index);
    for (let time = 0; time < this.seconds; time += 30 * day) {
      const rate = (1 + (time % 7) / 100).toFixed(2).replace(/0$/, '');
      this.say('rate-USD', 'ExchangeRateSet', time, { from: 'USD', to: 'EUR', rate, validFrom: this.dayOf(time) });
    }
    for (const surveyId of surveys) {
      const data = { name: surveyId, kind: 'nps', questions: [], version: 1 };
      this.say(`survey-${surveyId}`, 'SurveyDefined', at, data);
    }
    for (const [index, id] of campaignIds.entries()) this.campaign(id, index);
    this.targets();
  }

  private segment(id: string, index: number): void {
    const conditions = [
      { field: 'industry', operator: 'one-of', value: [industries[index % 10]] },
      { field: 'phase', operator: 'one-of', value: [index % 2 ? 'inactive' : 'active'] },
    ];
    this.say(`segment-${id}`, 'SegmentDefined', day, {
      name: id,
      of: 'accounts',
      rule: { all: conditions.slice(index < 5 ? 0 : 1) },
      version: 1,
    });
  }

  private campaign(id: string, index: number): void {
    const at = (this.seconds * index) / campaignIds.length;
    const stream = `campaign-${id}`;
    const of = { segmentId: segmentIds[index % 10], includeDogs: false };
    const plan = { name: `Campaign ${String(index)}`, aim: index % 2 ? 'pre-sale' : 'post-sale', channels: ['e-mail'] };
    this.say(stream, 'CampaignPlanned', at, { ...of, ...plan, owner: 'maria' });
    this.say(stream, 'CampaignLaunched', at + day, { ...of, of: 'accounts', segmentVersion: 1 });
    this.say(stream, 'CampaignMembersFixed', at + day, { members: 500 });
    const amount = { amount: 400_000 + index, currency: 'EUR' };
    this.say(stream, 'CampaignCostRecorded', at + 2 * day, { reference: String(index), amount, what: 'Agency' });
  }

  private targets(): void {
    for (let time = 0; time < this.seconds; time += 91 * day) {
      const date = new Date(this.start + time * 1_000);
      const period = `${String(date.getUTCFullYear())}-Q${String(Math.floor(date.getUTCMonth() / 3) + 1)}`;
      for (const owner of salespeople) {
        const amount = { amount: 50_000_000, currency: 'EUR' };
        this.say(`target-${owner}/${period}`, 'TargetAgreed', time, { owner, period, amount });
        const amounts = { commit: 10_000_000, bestCase: 8_000_000, pipeline: 20_000_000 };
        this.say(`forecast-${owner}/${period}`, 'ForecastSubmitted', time + 10 * day, {
          owner,
          period,
          amounts,
          currency: 'EUR',
        });
      }
      for (let team = 1; team <= 5; team++) {
        const teamId = `t${String(team)}`;
        const amount = { amount: 300_000_000, currency: 'EUR' };
        this.say(`forecast-${teamId}/${period}`, 'ForecastCommitted', time + 20 * day, { teamId, period, amount });
      }
    }
  }

  /** An account with everything and everybody about it. */
  account(index: number): void {
    const opened = this.below(this.seconds * 0.9);
    const accountId = randomUUID();
    const owner = this.pick(salespeople);
    this.say(`account-${accountId}`, 'AccountOpened', opened, {
      name: `Cranes ${String(index)}`,
      industry: this.pick(industries),
      location: { country: this.pick(countries) },
      owner,
      roles: ['customer'],
    });
    if (this.chance(0.5)) {
      const share = { perCent: this.below(100), source: 'visit' };
      this.say(`account-${accountId}`, 'ShareOfWalletEstimated', this.after(opened, 200), share);
    }
    const contacts = Array.from({ length: 3 }, () => this.person(accountId, opened, owner));
    for (let lead = 0; lead < 3; lead++) this.lead(this.below(this.seconds * 0.98), this.pick(salespeople));
    const source = { kind: 'bought-list', name: 'Fair' };
    this.say(`person-${randomUUID()}`, 'NameRegistered', this.below(this.seconds), { source });
    // Some accounts are lively for ever, others fall silent.
    const until = this.chance(0.6) ? this.seconds : opened + this.below(this.seconds - opened);
    for (let deal = 0; deal < 4; deal++) this.deal({ accountId, contacts, owner, opened, until });
    for (let order = 0; order < 5; order++) this.purchase(accountId, this.between(opened, until));
    for (let call = 0; call < 30; call++)
      this.call({ accountId, personId: this.pick(contacts) }, this.between(opened, until));
    for (let plan = 0; plan < 6; plan++)
      this.plan({ accountId, personId: this.pick(contacts) }, this.between(opened, until), owner);
    for (let mail = 0; mail < 4; mail++) this.mail(this.pick(contacts), this.between(opened, this.seconds));
    if (this.chance(0.7)) this.response(accountId, this.pick(contacts), this.between(opened, until));
    if (this.chance(0.7)) this.case(accountId, this.pick(contacts), this.between(opened, until));
  }

  private lead(registered: number, owner: string): { readonly id: string; readonly at: number } {
    const id = randomUUID();
    const data = { source: this.pick(sources), potential: 'customer', owner };
    this.say(`person-${id}`, 'LeadRegistered', registered, data);
    const visit = { kind: 'web-visit', direction: 'inbound', outcome: 'reached', personId: id, by: 'web' };
    const page = { content: this.pick(['/guide', '/prices', '/cranes']), source: this.pick(sources) };
    if (this.chance(0.5))
      this.say(`activity-${randomUUID()}`, 'ActivityLogged', this.after(registered, 5), { ...visit, ...page });
    if (!this.chance(0.6)) return { id, at: registered };
    const marketing = this.after(registered, 10);
    this.say(`person-${id}`, 'LeadQualified', marketing, { level: 'marketing-qualified' });
    return { id, at: marketing };
  }

  private person(accountId: string, opened: number, owner: string): string {
    const id = randomUUID();
    const stream = `person-${id}`;
    const registered = Math.max(0, opened - this.below(20 * day));
    this.say(stream, 'LeadRegistered', registered, { source: this.pick(sources), potential: 'customer', owner });
    this.say(stream, 'LeadQualified', registered + 60, { level: 'marketing-qualified' });
    this.say(stream, 'LeadQualified', registered + 120, { level: 'sales-qualified' });
    const converted = Math.max(registered + 180, this.after(opened, 30));
    this.say(stream, 'LeadConverted', converted, { accountId, owner, requirement: 'sales-qualified' });
    this.say(stream, 'ConsentGiven', converted + 60, { channel: 'e-mail', source: 'form' });
    if (this.chance(0.1)) {
      const policy = { name: 'stalled-contact.after', version: 0 };
      const deadline = this.instant(converted + 21 * day);
      this.say(stream, 'ContactStalled', converted + 21 * day, { deadline, policy });
    }
    return id;
  }

  private deal(of: {
    accountId: string;
    contacts: readonly string[];
    owner: string;
    opened: number;
    until: number;
  }): void {
    const stream = `opportunity-${randomUUID()}`;
    let at = this.between(of.opened, of.until);
    const amount = { amount: 500_000 + this.below(4_000_000), currency: 'EUR' };
    this.say(stream, 'OpportunityOpened', at, {
      title: 'Cranes',
      pipelineId: 'default',
      stage: 'prospecting',
      amount,
      accountId: of.accountId,
      contactIds: [this.pick(of.contacts)],
      owner: of.owner,
      expectedClose: this.dayOf(at + 90 * day),
      ...(this.chance(0.3) ? { campaignId: this.pick(campaignIds) } : {}),
    });
    let stage = 0;
    while (stage < 5 && this.chance(0.85)) {
      const to = Math.min(5, stage + 1 + this.below(2));
      at = this.after(at, 30);
      const move = { from: stages[stage], to: stages[to], skipped: stages.slice(stage + 1, to) };
      this.say(stream, 'OpportunityAdvanced', at, move);
      stage = to;
    }
    at = this.after(at, 20);
    if (this.chance(0.4)) this.say(stream, 'OpportunityRescheduled', at, { expectedClose: this.dayOf(at + 60 * day) });
    at = this.after(at, 20);
    const from = stages[stage];
    if (stage >= 3 && this.chance(0.6)) this.say(stream, 'OpportunityWon', at, { from, amount });
    else if (this.chance(0.85)) this.say(stream, 'OpportunityLost', at, { from, reason: 'price', competitor: 'Hoist' });
    else {
      const deadline = this.instant(at + 30 * day);
      const policy = { name: 'stale-opportunity', version: 0 };
      this.say(stream, 'OpportunityWentStale', at + 30 * day, { since: this.instant(at), deadline, policy });
    }
  }

  private purchase(accountId: string, at: number): void {
    const id = randomUUID();
    const amount = { amount: 10_000 + this.below(900_000), currency: this.chance(0.1) ? 'USD' : 'EUR' };
    const source = { system: 'erp', reference: id };
    this.say(`purchase-${id}`, 'PurchaseRecorded', at, {
      accountId,
      source,
      kind: 'order',
      date: this.dayOf(at),
      lines: [],
      amount,
    });
    if (!this.chance(0.1)) return;
    const less = { amount: { ...amount, amount: amount.amount - 5_000 }, difference: -5_000 };
    this.say(`purchase-${id}`, 'PurchaseCorrected', this.after(at, 20), {
      kind: 'return',
      lines: [],
      ...less,
      reason: 'Returned',
    });
  }

  private call(about: object, at: number): void {
    const outcome = this.chance(0.6) ? 'reached' : this.pick(failures);
    const what = { kind: this.pick(kinds), direction: this.chance(0.7) ? 'outbound' : 'inbound', durationMinutes: 15 };
    // One in fifty is reported within the next week.
    const late = this.chance(0.02) ? this.below(7 * day) : 0;
    this.say(
      `activity-${randomUUID()}`,
      'ActivityLogged',
      at,
      { ...what, ...about, outcome, by: this.pick(salespeople) },
      late,
    );
  }

  private plan(about: object, at: number, assignee: string): void {
    const stream = `activity-${randomUUID()}`;
    const dueAt = this.instant(at + 7 * day);
    this.say(stream, 'ActivityPlanned', at, { kind: 'visit', direction: 'outbound', dueAt, assignee, ...about });
    if (this.chance(0.02)) this.say(stream, 'ActivityBecameOverdue', at + 7 * day, { dueAt, assignee });
    else
      this.say(stream, 'ActivityCompleted', this.after(at, 9), {
        outcome: this.chance(0.8) ? 'reached' : 'no-show',
        by: assignee,
        ...about,
      });
  }

  private mail(personId: string, at: number): void {
    const campaignId = campaignIds[Math.floor((at / this.seconds) * campaignIds.length)] ?? '';
    const stream = `recipient-${campaignId}/${personId}/${randomUUID()}`;
    const consent = { source: 'form', since: this.instant(0) };
    this.say(stream, 'CampaignSent', at, { campaignId, personId, channel: 'e-mail', consent });
    if (this.chance(0.2))
      this.say(stream, 'CampaignResponded', this.after(at, 3), {
        campaignId,
        personId,
        kind: 'clicked',
        source: 'newsletter',
      });
  }

  private response(accountId: string, personId: string, at: number): void {
    const survey = { surveyId: this.pick(surveys), surveyVersion: 1, kind: 'nps', score: this.below(11) };
    this.say(`response-${randomUUID()}`, 'SurveyResponseRecorded', at, {
      ...survey,
      accountId,
      personId,
      wantedServices: this.chance(0.3) ? ['Training'] : [],
    });
  }

  private case(accountId: string, personId: string, at: number): void {
    const stream = `case-${randomUUID()}`;
    const of = { accountId, personId };
    const policy = { name: 'case.targets', version: 0 };
    const until = { respondBy: this.instant(at + 8 * 3_600), resolveBy: this.instant(at + 3 * day) };
    this.say(stream, 'CaseOpened', at, {
      ...of,
      priority: 'normal',
      channel: 'e-mail',
      assignee: 'kim',
      ...until,
      policy,
    });
    this.say(stream, 'CaseReplied', at + 3_600, { ...of, by: 'kim', first: true });
    if (this.chance(0.95)) this.say(stream, 'CaseResolved', at + 2 * day, of);
  }

  /** What would lie behind the end of its time is left out: it has not happened yet. */
  private say(stream: string, type: string, occurred: number, data: object, late = 0): void {
    const recorded = occurred + late;
    if (recorded <= this.seconds) this.tell({ stream, type, data, occurred, recorded });
  }

  private instant(seconds: number): string {
    return new Date(this.start + Math.round(seconds) * 1_000).toISOString();
  }

  private dayOf(seconds: number): string {
    return this.instant(seconds).slice(0, 10);
  }

  /** Always the same company: mulberry32. */
  private random(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  private below(most: number): number {
    return Math.floor(this.random() * most);
  }

  private between(from: number, to: number): number {
    return from + this.below(Math.max(1, to - from));
  }

  private after(at: number, days: number): number {
    return at + 60 + this.below(days * day);
  }

  private chance(share: number): boolean {
    return this.random() < share;
  }

  private pick<T>(of: readonly [T, ...T[]] | readonly T[]): T {
    const found = of[this.below(of.length)];
    if (found === undefined) throw new Error('There is nothing to pick from.');
    return found;
  }
}
