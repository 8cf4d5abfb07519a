import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import { OneOf, Text } from '../../../libs/domain/fields.js';
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
}

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
      properties: { name: { type: 'string' }, role: { type: 'string', enum: [...roles] } },
    },
  })
  async create(@Body() body: unknown, @Caller() actor: Actor): Promise<{ id: string; key: string }> {
    mayAdminister(actor);
    const { name, role } = readBody(NewKey, body);
    return this.keys.create(name, role);
  }

  @Get()
  @ApiOperation({ summary: 'All keys, without their secrets.' })
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
