import {
  applyDecorators,
  createParamDecorator,
  SetMetadata,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiBody, ApiQuery } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { targetConstructorToSchema } from 'class-validator-jsonschema';
import type { FastifyRequest } from 'fastify';
import { isOneLine } from '../../../libs/domain/fields.js';
import { filled } from '../../../libs/domain/index.js';
import { type FieldError, invalid, notFound } from '../../../libs/kernel/index.js';
import { isOpen } from './authenticate.js';

type ParamsClass<P extends object> = new () => P;

/**
 * Reads a query string with the rules of a class; an unknown parameter is an error, for a misspelt filter would answer
 * another question.
 *
 * @throws Refusal `INVALID_QUERY` naming each parameter that is wrong
 */
export function readParams<P extends object>(type: ParamsClass<P>, query: unknown): P {
  const asked = (query ?? {}) as Readonly<Record<string, unknown>>;
  const { filled: params, errors } = filled(type, asked);
  if (errors.length === 0) return params;
  const known = namesIn(type);
  throw wrong(errors.map(({ path, message }) => ({ path, message: explained(path, message, asked[path], known) })));
}

/**
 * Reads a JSON body that is no command with the rules of a class.
 *
 * @throws Refusal `INVALID_BODY` naming each field that is wrong
 */
export function readBody<B extends object>(type: ParamsClass<B>, body: unknown): B {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid('INVALID_BODY', 'Expected a JSON object.');
  }
  const { filled: made, errors } = filled(type, body);
  if (errors.length > 0) throw invalid('INVALID_BODY', 'The body has invalid fields.', errors);
  return made;
}

const names = new WeakMap<object, readonly string[]>();

function namesIn(type: ParamsClass<object>): readonly string[] {
  const found = names.get(type) ?? Object.keys(targetConstructorToSchema(type).properties ?? {});
  names.set(type, found);
  return found;
}

const wrong = (errors: readonly FieldError[]): Error =>
  invalid('INVALID_QUERY', `The query has ${errors.length} invalid parameter${errors.length > 1 ? 's' : ''}.`, errors);

function explained(name: string, message: string, value: unknown, known: readonly string[]): string {
  if (!known.includes(name)) return unknown(name, known);
  if (Array.isArray(value)) return `${name} may be given once.`;
  // In a query string a plus sign is a space.
  const offset = typeof value === 'string' && / \d{2}:\d{2}$/.test(value);
  return offset ? `${message} Write the + of an offset as %2B.` : message;
}

const unknown = (name: string, known: readonly string[]): string =>
  `${name} is not a parameter here; ${known.length === 0 ? 'there are none' : `there are ${known.join(', ')}`}.`;

/** The checked query parameters of a handler. */
export const Params = <P extends object>(type: ParamsClass<P>): ParameterDecorator =>
  createParamDecorator((_: unknown, context: ExecutionContext): P =>
    readParams(type, context.switchToHttp().getRequest<FastifyRequest>().query),
  )();

/** Where the classes of bodies stand in the OpenAPI document. */
export const schemasAt = '#/components/schemas/';

const takesParams = 'takes query parameters';
const says = 'says what a parameter asks for';

/** What a parameter asks for, as the OpenAPI document tells it. */
export const Says = (description: string): PropertyDecorator => Reflect.metadata(says, description);

/** The same parameters in the OpenAPI document. */
export function ApiParams(type: ParamsClass<object>): MethodDecorator {
  const { properties = {}, required = [] } = targetConstructorToSchema(type);
  const params = Object.entries(properties).map(([name, schema]) => {
    const description = Reflect.getMetadata(says, type.prototype as object, name) as string | undefined;
    return ApiQuery({ name, description, required: required.includes(name), schema: schema as object });
  });
  return applyDecorators(SetMetadata(takesParams, true), ...params);
}

/** The checked JSON body of a question that has one. */
export const Assumption = <B extends object>(type: ParamsClass<B>): ParameterDecorator =>
  createParamDecorator((_: unknown, context: ExecutionContext): B =>
    readBody(type, context.switchToHttp().getRequest<FastifyRequest>().body),
  )();

/** The same body in the OpenAPI document, which describes the classes that it names. */
export const ApiAssumption = (type: ParamsClass<object>): MethodDecorator =>
  ApiBody({ required: true, schema: { $ref: `${schemasAt}${type.name}` } });

/** A number in digits, as it stands in a query string. */
export const InDigits = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value,
  );

/** Nothing that is asked is passed over: neither a parameter where none is read, nor a name that can be nobody's. */
export class NothingUnread implements CanActivate {
  private readonly reflector = new Reflector();

  /** @throws Refusal `INVALID_QUERY`, `NO_SUCH_PATH` */
  canActivate(context: ExecutionContext): boolean {
    const { params, query } = context.switchToHttp().getRequest<FastifyRequest>();
    // The stores have no such texts, and databases stumble over them.
    if (!Object.values(params ?? {}).every((name) => isOneLine(name))) {
      throw notFound('NO_SUCH_PATH', 'A name in the path is blank or has control characters.');
    }
    if (isOpen(context) || this.reflector.get<boolean | undefined>(takesParams, context.getHandler())) return true;
    const given = Object.keys(query ?? {});
    if (given.length > 0) throw wrong(given.map((path) => ({ path, message: unknown(path, []) })));
    return true;
  }
}
