import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import { AskHandler, commandHandlers } from '../../libs/cqrs/buses/index.js';
import { ApiKeys, CommandCatalogue } from '../../libs/cqrs/index.js';
import { PersonalKeys } from '../../libs/event-log/index.js';
import { waitFor } from '../../libs/read-model/index.js';
import type { Engine } from '../engine.js';
import { CommandsController } from './commands/commands.controller.js';
import { ManyCommands } from './commands/many-commands.js';
import { Authenticate } from './http/authenticate.js';
import { NothingUnread } from './http/params.js';
import { ProblemFilter, type ReportError } from './http/problem.js';
import { Health } from './operations/health.js';
import { HealthController } from './operations/health.controller.js';
import { KeysController } from './operations/keys.controller.js';
import { Metrics } from './operations/metrics.js';
import { ProjectionsController } from './operations/projections.controller.js';
import { AccountsController } from './queries/accounts.controller.js';
import { AgendaController, AlarmsController } from './queries/agenda.controller.js';
import { CasesController } from './queries/cases.controller.js';
import { CustomersReportController } from './queries/customers-report.controller.js';
import { CustomersController } from './queries/customers.controller.js';
import { ForecastController } from './queries/forecast.controller.js';
import { ActivitiesReportController } from './queries/activities-report.controller.js';
import { CampaignsReportController } from './queries/campaigns-report.controller.js';
import { FunnelController } from './queries/funnel.controller.js';
import { OpportunitiesController } from './queries/opportunities.controller.js';
import { PeopleController } from './queries/people.controller.js';
import { PipelinesController } from './queries/pipelines.controller.js';
import { ExchangeRatesController, PoliciesController } from './queries/policies.controller.js';
import { Questions } from './queries/questions.js';
import { ReadModels } from './queries/read-models.js';
import { SegmentsController } from './queries/segments.controller.js';
import { VelocityController } from './queries/velocity.controller.js';
import { WhatIfController } from './queries/what-if.controller.js';

/** A query that wants to see a certain command waits this long for it. */
const patienceMs = 5_000;

/** Wires the engine to HTTP. */
@Module({})
export class ApiModule {
  static of(engine: Engine, metrics: Metrics, report: ReportError): DynamicModule {
    const { apiKeys, commands, database, executor, personalKeys } = engine;
    const freshness = {
      waitFor: (names: readonly string[], position: bigint) =>
        waitFor(
          database,
          names.map((name) => ({ name })),
          position,
          patienceMs,
        ),
    };
    return {
      module: ApiModule,
      imports: [CqrsModule.forRoot()],
      controllers: [
        CommandsController,
        PipelinesController,
        OpportunitiesController,
        ForecastController,
        AccountsController,
        CustomersController,
        PeopleController,
        AlarmsController,
        AgendaController,
        PoliciesController,
        ExchangeRatesController,
        CasesController,
        CustomersReportController,
        SegmentsController,
        VelocityController,
        WhatIfController,
        FunnelController,
        ActivitiesReportController,
        CampaignsReportController,
        ProjectionsController,
        KeysController,
        HealthController,
      ],
      providers: [
        { provide: CommandCatalogue, useValue: commands },
        { provide: ApiKeys, useValue: apiKeys },
        { provide: PersonalKeys, useValue: personalKeys },
        { provide: Metrics, useValue: metrics },
        { provide: Health, useFactory: () => new Health(engine) },
        Questions,
        { provide: ReadModels, useFactory: () => new ReadModels(database) },
        {
          provide: ManyCommands,
          useFactory: (bus: CommandBus) => new ManyCommands(commands, bus, report),
          inject: [CommandBus],
        },
        { provide: AskHandler, useFactory: () => new AskHandler(freshness) },
        { provide: APP_GUARD, useFactory: () => new Authenticate(apiKeys) },
        { provide: APP_GUARD, useClass: NothingUnread },
        { provide: APP_FILTER, useFactory: () => new ProblemFilter(report) },
        ...commandHandlers(commands, executor),
      ],
    };
  }
}
