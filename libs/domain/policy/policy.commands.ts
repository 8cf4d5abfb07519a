import { IsObject, Matches } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { Command, type Role } from '../../kernel/index.js';
import { type Policy, policies, policyNames } from './policies.js';
import { policyDefaults } from './policy.events.js';

const roles: readonly Role[] = [...new Set(policyNames.flatMap((name) => policies[name].by))];

const refusals = {
  POLICY_UNKNOWN: 'There is no policy of that name.',
  POLICY_ROLE_NOT_ALLOWED: 'The role may change other policies, not this one.',
};

function NameOfPolicy(): PropertyDecorator {
  const message = '$property must be the name of a policy, for instance inactivity.window.';
  const matches = Matches(/^[A-Za-z][A-Za-z.-]{0,59}$/, { message });
  const described = JSONSchema(() => ({ type: 'string', enum: [...policyNames] }));
  return (prototype, field) => {
    matches(prototype, field);
    described(prototype, String(field));
  };
}

@Command({
  says: 'Sets the value of a policy from here on, as its next version; what was decided under earlier ones stands.',
  by: roles,
  opens: true,
  refuses: { ...refusals, POLICY_VALUE_INVALID: 'The value is not one that the policy can have.' },
  example: {
    policyName: 'inactivity.window',
    value: { days: 120, segments: [{ segmentId: 'shipyards', days: 365 }] },
  },
})
export class ChangePolicy {
  @NameOfPolicy()
  readonly policyName!: string;

  /** The whole value, in the shape that the policy has. */
  @IsObject({ message: '$property must be an object in the shape of the policy.' })
  @JSONSchema((_, options) => ({
    type: 'object',
    description: 'The whole value, in the shape that the policy has.',
    anyOf: policyNames.map((name) => {
      const { says, value }: Policy = policies[name];
      return {
        title: name,
        description: says,
        default: policyDefaults[name],
        allOf: [{ $ref: `${options.refPointerPrefix}${value.name}` }],
      };
    }),
  }))
  readonly value!: object;
}

@Command({
  says: 'Sets a policy back to its default, as its next version.',
  by: roles,
  opens: true,
  refuses: refusals,
  example: { policyName: 'inactivity.window' },
})
export class ResetPolicy {
  @NameOfPolicy()
  readonly policyName!: string;
}
