import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import { targetConstructorToSchema } from 'class-validator-jsonschema';
import type { FastifyRequest } from 'fastify';
import { filled } from '../../../libs/domain/index.js';
import { invalid } from '../../../libs/kernel/index.js';

type ParamsClass<P extends object> = new () => P;

/**
 * Reads a query string with the rules of a class; an unknown parameter is an error, for a misspelt filter would answer
 * another question.
 *
 * @throws Refusal `INVALID_QUERY` naming each parameter that is wrong
 */
export function readParams<P extends object>(type: ParamsClass<P>, query: unknown): P {
  const { filled: params, errors } = filled(type, query ?? {});
  if (errors.length > 0) throw invalid('INVALID_QUERY', 'The query has invalid parameters.', errors);
  return params;
}

/** The checked query parameters of a handler. */
export const Params = <P extends object>(type: ParamsClass<P>): ParameterDecorator =>
  createParamDecorator((_: unknown, context: ExecutionContext): P =>
    readParams(type, context.switchToHttp().getRequest<FastifyRequest>().query),
  )();

/** The same parameters in the OpenAPI document. */
export function ApiParams(type: ParamsClass<object>): MethodDecorator {
  const { properties = {}, required = [] } = targetConstructorToSchema(type);
  const params = Object.entries(properties).map(([name, schema]) =>
    ApiQuery({ name, required: required.includes(name), schema: schema as object }),
  );
  return applyDecorators(...params);
}
