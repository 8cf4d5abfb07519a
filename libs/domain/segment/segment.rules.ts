import type { Instant, LocalDate, Money } from '../../kernel/index.js';
import { type Channel, leadLevels } from '../person/person.events.js';

/*
 * The language of segments (domain.md §6): `all` / `any` / `not` of typed conditions. Its words are on disk in
 * SegmentDefined: what a stored rule says never changes.
 */

/** What a segment or a list is made of. */
export const segmentAudiences = ['accounts', 'people'] as const;
export type SegmentAudience = (typeof segmentAudiences)[number];

/** `unknown`: never asked. */
export const consentStandings = ['opted-in', 'opted-out', 'unknown'] as const;
export type ConsentStanding = (typeof consentStandings)[number];

/** Realised: the sum of purchases; projected: what is expected besides (S4; domain.md §2). */
export const lifetimeValueKinds = ['realised', 'projected'] as const;
export type LifetimeValueKind = (typeof lifetimeValueKinds)[number];

/** Fields whose values are text that people chose; compared without regard to case and to spaces at the ends. */
export const textFields = [
  'industry',
  'country',
  'region',
  'city',
  'product',
  'area',
  'owner',
  'source',
  'customer-role',
] as const;
export type TextField = (typeof textFields)[number];

/** Fields whose values are words of the product. */
export const wordFields = {
  phase: ['suspect', 'prospect', 'potential', 'active', 'inactive'],
  group: ['partner', 'friend', 'economist', 'dog'],
  kind: ['name', 'lead', 'contact', 'other'],
  'lead-level': leadLevels,
} as const;
export type WordField = keyof typeof wordFields;

/** Fields that say when something happened last. */
export const ageFields = ['last-purchase', 'last-interaction'] as const;
export type AgeField = (typeof ageFields)[number];

/** What only a person has; a segment of accounts cannot ask for it. */
export const fieldsOfPeople: readonly FieldName[] = ['kind', 'lead-level', 'source', 'consent'];

export type FieldName =
  TextField | WordField | AgeField | 'rating' | 'purchases' | 'lifetime-value' | 'consent' | 'attribute';

/** A custom attribute: text, a whole number, yes or no; a day is text `YYYY-MM-DD`. */
export type AttributeValue = string | number | boolean;

/** The last so many days, of 24 hours, or the days from one to another, both included, in UTC. */
export type Window = { readonly days: number } | { readonly from: LocalDate; readonly to: LocalDate };

/** It is one of these: of the products in use, one of them is. */
export interface TextCondition {
  readonly field: TextField;
  readonly operator: 'one-of';
  readonly value: readonly string[];
}

export interface WordCondition {
  readonly field: WordField;
  readonly operator: 'one-of';
  readonly value: readonly string[];
}

export interface RatingCondition {
  readonly field: 'rating';
  readonly operator: 'at-least' | 'at-most';
  readonly value: number;
}

/** What was bought in that currency within the window, or ever. Who bought nothing bought for 0. */
export interface PurchasesCondition {
  readonly field: 'purchases';
  readonly operator: 'at-least' | 'at-most';
  readonly value: Money;
  readonly within?: Window;
}

export interface LifetimeValueCondition {
  readonly field: 'lifetime-value';
  readonly of: LifetimeValueKind;
  readonly operator: 'at-least' | 'at-most';
  readonly value: Money;
}

/** So many days of 24 hours have passed since, or fewer. What never happened is neither older nor newer. */
export interface AgeCondition {
  readonly field: AgeField;
  readonly operator: 'older-than' | 'newer-than';
  readonly value: { readonly days: number };
}

export interface ConsentCondition {
  readonly field: 'consent';
  readonly channel: Channel;
  readonly operator: 'one-of';
  readonly value: readonly ConsentStanding[];
}

/** `at-least` and `at-most` compare whole numbers with numbers, and days with days. */
export type AttributeCondition =
  | {
      readonly field: 'attribute';
      readonly name: string;
      readonly operator: 'one-of';
      readonly value: readonly AttributeValue[];
    }
  | {
      readonly field: 'attribute';
      readonly name: string;
      readonly operator: 'at-least' | 'at-most';
      readonly value: number | LocalDate;
    };

/** Anything is known of it at all. */
export interface KnownCondition {
  readonly field: Exclude<FieldName, 'purchases' | 'lifetime-value' | 'consent'>;
  readonly name?: string;
  readonly operator: 'known';
}

export type Condition =
  | TextCondition
  | WordCondition
  | RatingCondition
  | PurchasesCondition
  | LifetimeValueCondition
  | AgeCondition
  | ConsentCondition
  | AttributeCondition
  | KnownCondition;

export type Rule =
  { readonly all: readonly Rule[] } | { readonly any: readonly Rule[] } | { readonly not: Rule } | Condition;

/** What is known of an account or a person when a rule is asked about it; what is left out is not known. */
export interface Facts {
  readonly text: Readonly<Partial<Record<TextField, readonly string[]>>>;
  readonly words: Readonly<Partial<Record<WordField, string>>>;
  readonly rating?: number;
  /** Every purchase, in any order. */
  readonly purchases: readonly { readonly at: Instant; readonly amount: Money }[];
  /** In as many currencies as there are. */
  readonly lifetimeValue: Readonly<Partial<Record<LifetimeValueKind, readonly Money[]>>>;
  readonly last: Readonly<Partial<Record<AgeField, Instant>>>;
  readonly consent: Readonly<Partial<Record<Channel, 'opted-in' | 'opted-out'>>>;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** Nothing is known yet. */
export const noFacts: Facts = {
  text: {},
  words: {},
  purchases: [],
  lifetimeValue: {},
  last: {},
  consent: {},
  attributes: {},
};

/** No rule is nested deeper, and none has more conditions. */
export const ruleBounds = { depth: 8, conditions: 100, values: 200, text: 200, days: 36_500 } as const;

export const isAll = (rule: Rule): rule is { readonly all: readonly Rule[] } => 'all' in rule;
export const isAny = (rule: Rule): rule is { readonly any: readonly Rule[] } => 'any' in rule;
export const isNot = (rule: Rule): rule is { readonly not: Rule } => 'not' in rule;

/** The conditions of a rule, in the order in which they stand. */
export function conditionsOf(rule: Rule): readonly Condition[] {
  if (isAll(rule)) return rule.all.flatMap(conditionsOf);
  if (isAny(rule)) return rule.any.flatMap(conditionsOf);
  return isNot(rule) ? conditionsOf(rule.not) : [rule];
}

/** Text as it is compared. */
export const folded = (text: string): string => text.normalize('NFC').trim().toLowerCase();
