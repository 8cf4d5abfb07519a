import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { OneOf, Optional, Text } from '../../../libs/domain/fields.js';
import { ApiKeys, mayAdminister, type ApiKey } from '../../../libs/cqrs/index.js';
import { notFound, roles, type Actor, type Role } from '../../../libs/kernel/index.js';
import { validate as isUuid } from 'uuid';
import { Caller } from '../http/authenticate.js';
import { readBody } from '../http/params.js';

class NewKey {
  /** What the key is for, for those who list keys. */
  @Text(100)
  name!: string;

  @OneOf(roles)
  role!: Role;

  @Optional()
  @Text(100)
  salesperson?: string;
}

const salesperson = {
  type: 'string',
  description: 'The salesperson that it acts for, as the owner of leads and opportunities.',
} as const;

const names = { name: { type: 'string' }, role: { type: 'string', enum: [...roles] } };

@ApiTags('operations')
@Controller('v1/keys')
export class KeysController {
  constructor(private readonly keys: ApiKeys) {}

  @Post()
  @HttpCode(201)
  @ApiOperation({ summary: 'Make a key. The answer is the only time that it is shown.' })
  @ApiBody({
    schema: {
      type: 'object',
      required: ['name', 'role'],
      properties: {
        ...names,
        salesperson: {
          ...salesperson,
          minLength: 1,
          maxLength: 100,
          description: `${salesperson.description} For the roles sales and sales-manager; left out: nobody in particular.`,
        },
      },
    },
  })
  async create(@Body() body: unknown, @Caller() actor: Actor): Promise<{ id: string; key: string }> {
    mayAdminister(actor);
    return this.keys.create(readBody(NewKey, body));
  }

  @Get()
  @ApiOperation({ summary: 'All keys, without their secrets.' })
  @ApiOkResponse({
    schema: {
      type: 'object',
      required: ['items', 'next'],
      properties: {
        items: {
          type: 'array',
          items: {
            type: 'object',
            required: ['id', 'name', 'role', 'salesperson', 'createdAt', 'revokedAt'],
            properties: {
              id: { type: 'string', format: 'uuid' },
              ...names,
              salesperson: { ...salesperson, nullable: true },
              createdAt: { type: 'string', format: 'date-time' },
              revokedAt: { type: 'string', format: 'date-time', nullable: true },
            },
          },
        },
        next: { type: 'string', nullable: true },
      },
    },
  })
  async list(@Caller() actor: Actor): Promise<{ items: readonly ApiKey[]; next: null }> {
    mayAdminister(actor);
    return { items: await this.keys.list(), next: null };
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke a key. It stops working within seconds.' })
  async revoke(@Param('id') id: string, @Caller() actor: Actor): Promise<void> {
    mayAdminister(actor);
    if (!isUuid(id)) throw notFound('KEY_NOT_FOUND', 'There is no key with this id.');
    await this.keys.revoke(id);
  }
}
