import { targetIdOf } from '../../../libs/domain/target/target.js';
import { money } from './money.js';
import type { Win } from './roster.js';
import { quartersBetween } from './settings.js';
import { dayMs, type Story } from './story.js';
import { sellers } from './words.js';

export const teams = {
  north: { name: 'Northern Europe', manager: 'hedda', members: ['anja', 'cathal', 'emil', 'hedda'] },
  south: { name: 'Southern Europe', manager: 'franka', members: ['bo', 'dalia', 'franka', 'gijs'] },
} as const;

/** Who sells together, and how that changed. */
export function teamsOverTime(story: Story): void {
  for (const [teamId, { name, manager }] of Object.entries(teams)) {
    story.tell('DefineTeam', { teamId, name, manager });
  }
  story.settle();
  for (const [teamId, { members }] of Object.entries(teams)) {
    for (const salesperson of members) {
      story.tell('AddTeamMember', { salesperson, teamId, from: story.dayAhead(0) });
    }
  }
  story.pass(240, 260);
  story.tell('DefineTeam', { teamId: 'key-accounts', name: 'Key accounts', manager: 'hedda' });
  story.settle();
  story.tell('AddTeamMember', { salesperson: 'emil', teamId: 'key-accounts', from: story.dayAhead(1) });
  story.pass(300, 320);
  // It did not work out: emil is back in the north, and the team is no more.
  story.tell('RemoveTeamMember', { salesperson: 'emil', teamId: 'key-accounts', until: story.dayAhead(0) });
  story.tell('AddTeamMember', { salesperson: 'emil', teamId: 'north', from: story.dayAhead(1) });
  story.settle();
  story.tell('DisbandTeam', { teamId: 'key-accounts' });
  story.pass(90, 100);
  story.tell('AddTeamMember', { salesperson: 'dalia', teamId: 'north', from: story.dayAhead(1) });
}

/** Rounds as people who agree on sums do. */
const round = (worth: number): number => Math.max(5_000, Math.round(worth / 5_000) * 5_000);

/** Targets, what salespeople submit, what their managers make of it, and what is committed to management. */
export function forecasts(story: Story, wins: readonly Win[], begin: number): void {
  const { random } = story;
  const sold = (owner: string, from: number, to: number): number =>
    wins.reduce((sum, win) => (win.owner === owner && win.at >= from && win.at < to ? sum + win.worth : sum), 0);
  for (const { period, from, to } of quartersBetween(begin, story.end)) {
    const agreedAt = Math.max(from, begin) + dayMs + 9 * 3_600_000;
    if (agreedAt > story.end) return;
    const actual = new Map(sellers.map((owner) => [owner as string, sold(owner, from, to)]));
    const targets = new Map(
      sellers.map((owner) => [owner as string, round(60_000 + (actual.get(owner) ?? 0) * random.next() * 0.8)]),
    );
    for (const [owner, target] of targets)
      story.tellAt(agreedAt, 'AgreeTarget', { owner, period, amount: money(target) });
    // Somebody is on leave for a quarter.
    if (period.endsWith('Q3')) {
      const targetId = targetIdOf({ owner: random.pick(sellers), period });
      story.tellAt(agreedAt + 20 * dayMs, 'WithdrawTarget', { targetId, reason: 'On parental leave for the quarter' });
    }
    for (const [teamId, { members }] of Object.entries(teams)) {
      const amount = money(members.reduce((sum, owner) => sum + (targets.get(owner) ?? 0), 0));
      story.tellAt(agreedAt, 'AgreeTarget', { teamId, period, amount });
    }
    const guess = (owner: string, width: number) => (actual.get(owner) ?? 0) * (1 - width / 2 + random.next() * width);
    const told = (owner: string, width: number) => ({
      commit: round(guess(owner, width)) * 100,
      bestCase: round(guess(owner, width) * 0.4) * 100,
      pipeline: round(guess(owner, width) * 1.2) * 100,
    });
    // The nearer the end, the better they know.
    for (const [days, width] of [
      [16, 1],
      [58, 0.5],
    ] as const) {
      const at = from + days * dayMs + 10 * 3_600_000;
      if (at > story.end || at < begin) continue;
      for (const owner of sellers) {
        if (days > 30 && random.chance(0.4)) continue;
        const note = random.chance(0.1) ? { note: 'Two of the larger ones hang on the budget round.' } : {};
        story.tellAt(at, 'SubmitForecast', { owner, period, amounts: told(owner, width), currency: 'EUR', ...note });
        if (!random.chance(0.2)) continue;
        const reason = random.pick(['Too careful', 'One of them will slip', 'The customer has no budget yet']);
        story.tellAt(at + dayMs / 2, 'AdjustForecast', { owner, period, amounts: told(owner, width / 2), reason });
      }
      for (const [teamId, { members }] of Object.entries(teams)) {
        const amount = money(round(members.reduce((sum, owner) => sum + guess(owner, width / 2), 0)));
        story.tellAt(at + dayMs, 'CommitForecast', { teamId, period, amount });
      }
      const everybody = money(round(sellers.reduce((sum, owner) => sum + guess(owner, width / 2), 0)));
      story.tellAt(at + dayMs + 3_600_000, 'CommitForecast', { period, amount: everybody });
    }
  }
}
