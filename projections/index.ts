import type { Projection } from '../libs/read-model/index.js';
import { agendaModel } from './agenda/index.js';
import { alarmsModel } from './alarms/index.js';
import { activityModel } from './activity/index.js';
import { campaignsModel } from './campaigns/index.js';
import { customerHistory } from './customer-history/index.js';
import { customers } from './customers/index.js';
import { forecastModel } from './forecast/index.js';
import { funnel } from './funnel/index.js';
import { peopleModel } from './people/index.js';
import { pipeline } from './pipeline/index.js';
import { policiesModel } from './policies/index.js';
import { segmentsModel } from './segments/index.js';
import { service } from './service/index.js';

/** Every read model. A new one is a folder and a line here. */
export const projections: readonly Projection[] = [
  pipeline,
  forecastModel,
  funnel,
  activityModel,
  campaignsModel,
  customers,
  customerHistory,
  peopleModel,
  policiesModel,
  alarmsModel,
  agendaModel,
  service,
  segmentsModel,
];
