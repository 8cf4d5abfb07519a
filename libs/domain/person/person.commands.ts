import { Command } from '../../kernel/index.js';
import {
  Day,
  Email,
  Id,
  IsMoney,
  type MoneyField,
  OneOf,
  Optional,
  OptionalId,
  PartOf,
  Phone,
  Slug,
  Text,
} from '../fields.js';
import {
  type LeadLevel,
  leadLevels,
  type LeadPotential,
  leadPotentials,
  nameSourceKinds,
  type OtherRelation,
  otherRelations,
} from './person.events.js';
import { refusedWhenNoLead, refusedWhenNotWorkedOn, refusedWhenRegistered } from './refusals.js';

const person = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';

/** The list that a name came from (S0). */
export class NameSourceField {
  @OneOf(nameSourceKinds)
  readonly kind!: (typeof nameSourceKinds)[number];

  @Text(200)
  readonly name!: string;
}

@Command({
  says: 'Takes a name from an attendance list or a bought list; the person has shown no interest.',
  by: ['marketing'],
  opens: true,
  refuses: refusedWhenRegistered,
  example: {
    personId: 'a4d2c6e8-1b3f-4a5c-9d7e-0f2b4c6d8e10',
    name: 'Maarten de Ruyter',
    email: 'maarten.deruyter@example.com',
    source: { kind: 'attendance-list', name: 'Offshore days, Rotterdam' },
  },
})
export class RegisterName {
  @OptionalId()
  readonly personId?: string;

  @Text(200)
  readonly name!: string;

  @Email()
  readonly email!: string;

  @Optional()
  @Phone()
  readonly phone?: string;

  @PartOf(NameSourceField)
  readonly source!: NameSourceField;
}

@Command({
  says: 'Somebody explicitly showed interest: a name that becomes a lead, or a person who was not known before.',
  by: ['marketing', 'sales', 'sales-manager'],
  opens: true,
  refuses: {
    OTHER_NEVER_LEAD: 'The person is registered as no customer.',
    LEAD_ALREADY_REGISTERED: 'The person showed interest before, with other details.',
    PERSON_NAME_MISSING: 'The person is not known yet, and no name is given.',
  },
  example: {
    personId: person,
    name: 'Ilse Verbruggen',
    email: 'ilse.verbruggen@example.com',
    phone: '+31 10 555 01 23',
    source: 'quote form on the web site',
    potential: 'customer',
    owner: 'sam',
  },
})
export class RegisterLead {
  @OptionalId()
  readonly personId?: string;

  /** Needed where the person is not known by name yet. */
  @Optional()
  @Text(200)
  readonly name?: string;

  @Optional()
  @Email()
  readonly email?: string;

  @Optional()
  @Phone()
  readonly phone?: string;

  @Text(200)
  readonly source!: string;

  /** A potential customer when left out. */
  @Optional()
  @OneOf(leadPotentials)
  readonly potential?: LeadPotential;

  @Optional()
  @Text(100)
  readonly owner?: string;
}

@Command({
  says: 'Records somebody who can be referred to but is never in a pipeline, forecast or campaign.',
  by: ['marketing', 'sales', 'sales-manager', 'support'],
  opens: true,
  refuses: refusedWhenRegistered,
  example: { name: 'Tomas Lindqvist', email: 'tomas.lindqvist@example.com', relation: 'press' },
})
export class RegisterOther {
  @OptionalId()
  readonly personId?: string;

  @Text(200)
  readonly name!: string;

  @Optional()
  @Email()
  readonly email?: string;

  @Optional()
  @Phone()
  readonly phone?: string;

  @OneOf(otherRelations)
  readonly relation!: OtherRelation;
}

@Command({
  says: 'Brings a lead to the next level; no level is skipped.',
  by: ['marketing', 'sales', 'sales-manager'],
  refuses: {
    ...refusedWhenNotWorkedOn,
    LEAD_LEVEL_SKIPPED: 'The level lies more than one above the lead’s.',
    LEAD_LEVEL_PASSED: 'The lead reached a higher level already.',
  },
  example: { personId: person, to: 'marketing-qualified' },
})
export class QualifyLead {
  @Id()
  readonly personId!: string;

  @OneOf(leadLevels.slice(1))
  readonly to!: Exclude<LeadLevel, 'unqualified'>;
}

@Command({
  says: 'Sets a lead aside, with the reason.',
  by: ['marketing', 'sales', 'sales-manager'],
  refuses: refusedWhenNotWorkedOn,
  example: { personId: person, reason: 'No budget before next year' },
})
export class DisqualifyLead {
  @Id()
  readonly personId!: string;

  @Text(500)
  readonly reason!: string;
}

@Command({
  says: 'Makes a disqualified lead unqualified again.',
  by: ['marketing', 'sales', 'sales-manager'],
  refuses: {
    ...refusedWhenNoLead,
    LEAD_NOT_DISQUALIFIED: 'The lead is worked on, above the lowest level.',
  },
  example: { personId: person },
  after: ['DisqualifyLead'],
})
export class RecycleLead {
  @Id()
  readonly personId!: string;
}

/** Either an existing account by its id, or the name of a new one. */
export class ConversionAccountField {
  @OptionalId('account')
  readonly accountId?: string;

  @Optional()
  @Text(200)
  readonly name?: string;

  /** Of a new account. */
  @Optional()
  @Text(100)
  readonly industry?: string;
}

export class ConversionOpportunityField {
  @Text(200)
  readonly title!: string;

  @IsMoney()
  readonly amount!: MoneyField;

  /** The default pipeline when left out. */
  @Optional()
  @Slug()
  readonly pipelineId?: string;

  @Optional()
  @Day()
  readonly expectedClose?: string;
}

@Command({
  says: 'Makes a lead a contact of a new or an existing account, and opens an opportunity if one is asked for.',
  by: ['sales', 'sales-manager'],
  refuses: {
    ...refusedWhenNotWorkedOn,
    CONVERSION_ACCOUNT_AMBIGUOUS: 'It names both an existing and a new account, or neither.',
    LEAD_NOT_SALES_QUALIFIED: 'The lead has not reached the last level.',
    LEAD_WITHOUT_FORMAL_CONTACT: 'The policy asks for a quote sent or a contract signed, and there is none.',
    OPPORTUNITY_WITHOUT_QUOTE: 'The policy opens opportunities once a quote is sent, and none was.',
    SUPPLIER_WITHOUT_OPPORTUNITY: 'A potential supplier is not sold to.',
    PIPELINE_NOT_FOUND: 'The opportunity’s pipeline does not exist.',
    OPPORTUNITY_CURRENCY_NOT_OF_PIPELINE: 'The opportunity’s amount is in another currency than its pipeline.',
  },
  example: {
    personId: person,
    account: { name: 'Noordzee Windbouw', industry: 'energy' },
    opportunity: {
      title: 'Service contract for forty turbines',
      amount: { amount: 4_800_000, currency: 'EUR' },
      expectedClose: '2026-09-30',
    },
    owner: 'sam',
  },
  after: ['QualifyLead', ['QualifyLead', { to: 'sales-qualified' }]],
})
export class ConvertLead {
  @Id()
  readonly personId!: string;

  @PartOf(ConversionAccountField, '$property must be {"accountId": …} or {"name": …}.')
  readonly account!: ConversionAccountField;

  @Optional()
  @PartOf(ConversionOpportunityField)
  readonly opportunity?: ConversionOpportunityField;

  /** The lead's owner, or else whoever converts it, when left out. */
  @Optional()
  @Text(100)
  readonly owner?: string;
}
