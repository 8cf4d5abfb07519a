import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startProduct, type Answer, type Product } from '../../libs/testing/product.js';

let product: Product;

beforeAll(async () => {
  product = await startProduct();
});

afterAll(async () => {
  await product.stop();
});

const issue = async (name: string, body: object): Promise<Answer> => {
  const answer = await product.call('POST', `/v1/commands/${name}`, body);
  expect([name, answer.status, answer.json['code']]).toEqual([name, 200, undefined]);
  return answer;
};
const ask = (path: string): Promise<Answer> => product.call('GET', path);
const idIn = ({ json }: Answer): string => (json['stream'] as string).replace(/^[a-z]+-/, '');

describe('service over HTTP', () => {
  it('shows a case with its targets, its subject, and every step on the history of the customer', async () => {
    const personId = idIn(
      await issue('RegisterLead', { name: 'Ilse', source: 'fair', occurredAt: '2026-05-01T09:00:00Z' }),
    );
    const opened = await issue('OpenCase', {
      subject: 'Oil alarm',
      channel: 'phone',
      priority: 'urgent',
      personId,
      occurredAt: '2026-05-04T09:00:00Z',
    });
    const caseId = idIn(opened);
    await issue('ReplyToCase', { caseId, text: 'On our way.', occurredAt: '2026-05-04T09:10:00Z' });
    const { json } = await issue('ResolveCase', { caseId, resolution: 'Fixed.', occurredAt: '2026-05-04T10:00:00Z' });
    const minPosition = json['position'] as string;

    const one = await ask(`/v1/cases/${caseId}?minPosition=${minPosition}`);
    expect(one.json).toMatchObject({
      id: caseId,
      status: 'resolved',
      subject: 'Oil alarm',
      respondBy: '2026-05-04T09:30:00.000Z',
      resolveBy: '2026-05-04T13:00:00.000Z',
      respondedAt: '2026-05-04T09:10:00.000Z',
      policyVersion: 0,
    });
    expect(one.json).not.toHaveProperty('sealed');
    const earlier = await ask(`/v1/cases?personId=${personId}&status=open&asOf=2026-05-04T09:59:59Z`);
    expect(earlier.json['items']).toMatchObject([{ id: caseId, status: 'open', subject: 'Oil alarm' }]);
    expect((await ask(`/v1/cases?personId=${personId}&status=open`)).json['items']).toEqual([]);
    expect((await ask('/v1/cases?status=lost')).status).toBe(400);

    const history = await ask(`/v1/customers/${personId}/history?minPosition=${minPosition}&order=desc&limit=3`);
    const types = (history.json['items'] as readonly { readonly type: string }[]).map(({ type }) => type);
    expect(types).toEqual(['CaseResolved', 'CaseReplied', 'CaseOpened']);
  });

  it('measures satisfaction; in one sending a customer answers once', async () => {
    const accountId = idIn(await issue('OpenAccount', { name: 'Noordzee' }));
    await issue('DefineSurvey', { surveyId: 'yearly', name: 'Yearly', kind: 'nps', questions: [] });
    const answer = { surveyId: 'yearly', accountId, sending: 'spring', score: 9 };
    await issue('RecordSurveyResponse', { ...answer, occurredAt: '2026-03-31T23:00:00Z' });
    const again = await issue('RecordSurveyResponse', answer);
    expect(again.json['events']).toEqual([]);
    const other = await product.call('POST', '/v1/commands/RecordSurveyResponse', { ...answer, score: 2 });
    expect([other.status, other.json['code']]).toEqual([409, 'SURVEY_ALREADY_ANSWERED']);
    const minPosition = again.json['position'] as string;

    const trend = await ask(`/v1/reports/satisfaction?surveyId=yearly&per=quarter&minPosition=${minPosition}`);
    expect(trend.json['items']).toMatchObject([
      { period: '2026-Q1', accountId: null, responses: 1, nps: 100, csat: null },
    ]);
    const ofAccount = await ask(`/v1/reports/satisfaction?accountId=${accountId}`);
    expect(ofAccount.json['items']).toMatchObject([{ period: '2026-03', accountId, nps: 100 }]);

    await issue('CreateStaticList', { segmentId: 'harbours', name: 'Harbours', of: 'accounts' });
    await issue('AddToStaticList', { segmentId: 'harbours', accountIds: [accountId] });
    const empty = await issue('CreateStaticList', { segmentId: 'nobody', name: 'Nobody', of: 'accounts' });
    const of = (segmentId: string) =>
      ask(`/v1/reports/satisfaction?segmentId=${segmentId}&minPosition=${String(empty.json['position'])}`);
    expect((await of('harbours')).json['items']).toMatchObject([{ period: '2026-03', responses: 1, nps: 100 }]);
    expect((await of('nobody')).json['items']).toEqual([]);
    const unknown = await of('nowhere');
    expect([unknown.status, unknown.json['code']]).toEqual([404, 'SEGMENT_NOT_FOUND']);
  });
});

describe('teams, targets and forecasts over HTTP', () => {
  it('are about one salesperson or team, however often they are told', async () => {
    await issue('DefineTeam', { teamId: 'north', name: 'North', manager: 'kim' });
    await issue('DefineTeam', { teamId: 'south', name: 'South', manager: 'ann' });
    const first = await issue('AddTeamMember', { salesperson: 'sam', teamId: 'north', from: '2026-01-01' });
    const moved = await issue('AddTeamMember', { salesperson: 'sam', teamId: 'south', from: '2026-07-01' });
    expect(moved.json['stream']).toBe(first.json['stream']);
    expect(moved.json['events']).toMatchObject([{ type: 'TeamMemberRemoved' }, { type: 'TeamMemberAdded' }]);
    const nowhere = { salesperson: 'sam', teamId: 'west', from: '2026-09-01' };
    const unknown = await product.call('POST', '/v1/commands/AddTeamMember', nowhere);
    expect([unknown.status, unknown.json['code']]).toEqual([404, 'TEAM_NOT_FOUND']);

    const target = { owner: 'sam', period: '9999-Q4', amount: { amount: 100, currency: 'EUR' } };
    const targetId = idIn(await issue('AgreeTarget', target));
    const withdrawn = await issue('WithdrawTarget', { targetId, reason: 'On leave' });
    expect(withdrawn.json['events']).toMatchObject([{ type: 'TargetWithdrawn' }]);

    const forecast = { owner: 'sam', period: '9999-Q4', amounts: { commit: 5, bestCase: 2, pipeline: 9 } };
    const early = await product.call('POST', '/v1/commands/AdjustForecast', { ...forecast, reason: 'Slips' });
    expect([early.status, early.json['code']]).toEqual([404, 'FORECAST_NOT_FOUND']);
    const submitted = await issue('SubmitForecast', { ...forecast, currency: 'EUR' });
    const adjusted = await issue('AdjustForecast', { ...forecast, reason: 'Slips' });
    expect(adjusted.json['stream']).toBe(submitted.json['stream']);
    await issue('CommitForecast', { teamId: 'south', period: '9999-Q4', amount: { amount: 7, currency: 'EUR' } });
  });
});
