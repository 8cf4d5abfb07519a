import { SetMetadata, createParamDecorator, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import type { ApiKeys, KeyHolder } from '../../../libs/cqrs/index.js';
import type { Actor } from '../../../libs/kernel/index.js';
import { MalformedRequest } from './problem.js';

const open = 'open';

/** For anybody: what tells nothing of the business. */
export const Open = (): MethodDecorator & ClassDecorator => SetMetadata(open, true);

const reflector = new Reflector();

/** Whether a request needs no key. */
export const isOpen = (context: ExecutionContext): boolean =>
  reflector.getAllAndOverride<boolean | undefined>(open, [context.getHandler(), context.getClass()]) ?? false;

const holders = new WeakMap<object, KeyHolder>();

/** Every request names its key: `Authorization: Bearer kroniek_…`. */
export class Authenticate implements CanActivate {
  constructor(private readonly keys: ApiKeys) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (isOpen(context)) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const [, key] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
    const holder = key ? await this.keys.holderOf(key) : undefined;
    if (!holder) {
      const detail = key ? 'This key is unknown or revoked.' : 'Send a key: Authorization: Bearer <key>.';
      throw new MalformedRequest(401, 'NOT_AUTHENTICATED', detail);
    }
    holders.set(request.raw, holder);
    return true;
  }
}

function holderIn(context: ExecutionContext): KeyHolder {
  const holder = holders.get(context.switchToHttp().getRequest<FastifyRequest>().raw);
  if (!holder) throw new Error('A caller is asked for where none was authenticated.');
  return holder;
}

/** Whose key the request came with. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Actor => holderIn(context).actor);

/** The same with the salesperson that the key acts for. */
export const Holder = createParamDecorator((_: unknown, context: ExecutionContext): KeyHolder => holderIn(context));
