import { SetMetadata, createParamDecorator, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import type { ApiKeys } from '../../../libs/cqrs/index.js';
import type { Actor } from '../../../libs/kernel/index.js';
import { MalformedRequest } from './problem.js';

const open = 'open';

/** For anybody: what tells nothing of the business. */
export const Open = (): MethodDecorator & ClassDecorator => SetMetadata(open, true);

const reflector = new Reflector();

/** Whether a request needs no key. */
export const isOpen = (context: ExecutionContext): boolean =>
  reflector.getAllAndOverride<boolean | undefined>(open, [context.getHandler(), context.getClass()]) ?? false;

const actors = new WeakMap<object, Actor>();

/** Every request names its key: `Authorization: Bearer kroniek_…`. */
export class Authenticate implements CanActivate {
  constructor(private readonly keys: ApiKeys) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (isOpen(context)) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const [, key] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
    const actor = key ? await this.keys.actorOf(key) : undefined;
    if (!actor) {
      const detail = key ? 'This key is unknown or revoked.' : 'Send a key: Authorization: Bearer <key>.';
      throw new MalformedRequest(401, 'NOT_AUTHENTICATED', detail);
    }
    actors.set(request.raw, actor);
    return true;
  }
}

/** Whose key the request came with. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const actor = actors.get(context.switchToHttp().getRequest<FastifyRequest>().raw);
  if (!actor) throw new Error('A caller is asked for where none was authenticated.');
  return actor;
});
