import { StoreUnavailable, WrongRevision, type EventLog } from '../../event-log/index.js';
import { conflict, invalid, later, notFound, Refusal, refused, type Clock, type Instant } from '../../kernel/index.js';
import type { KnownCommand } from '../../domain/index.js';
import { checkOwners } from '../access/ownership.js';
import type { CommandCatalogue } from './catalogue.js';
import { LookUps } from './look-ups.js';
import { checkReferences } from './references.js';
import type { Receipt, Receipts } from './receipts.js';
import { sameFor, streamOf, type CommandRequest } from './request.js';
import { noRevision, nothingDone, resultOf, type CommandResult } from './result.js';
import { BegunByKey, SerialByKey } from './serial.js';
import { foldFacts, nothingYet, type FoldedStream, type Streams } from './streams.js';

/** The stream is not at the revision that the caller saw. */
export class PreconditionFailed extends Error {
  override readonly name = 'PreconditionFailed';

  constructor(
    readonly stream: string,
    readonly expected: number,
    readonly actual: number | null,
  ) {
    super(`${stream} is at revision ${actual ?? 'none'}, not ${expected}.`);
  }
}

/** The id of a command was used before: what was decided on meanwhile is for nothing. */
class ClaimedBefore extends Error {}

const mostTries = 6;
/** Code of the refusal that asks to try again: others kept changing the stream. */
export const streamBusy = 'STREAM_BUSY';

/**
 * The one way in which anything is ever recorded: load, decide, append at the revision decided on; on a conflict, again
 * on the fresh state.
 */
export class CommandExecutor {
  private readonly serial = new SerialByKey();
  private readonly requests = new BegunByKey();

  constructor(
    private readonly catalogue: CommandCatalogue,
    private readonly log: Pick<EventLog, 'append'>,
    private readonly streams: Streams,
    private readonly receipts: Receipts,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws Refusal when a rule forbids it, PreconditionFailed, StoreUnavailable (nothing half-done: try again with the
   *   same id)
   */
  async execute(request: CommandRequest): Promise<CommandResult> {
    const known = this.catalogue.of(request.command);
    const claim = this.claim(known, request);
    const followed: string[] = [];
    for (let next = request; ;) {
      const stream = streamOf(known, next);
      const answer = await this.requests.run(request.correlationId, (before) =>
        this.serial.run(stream, (earlier) => {
          const turn = { before, lookUps: new LookUps(this.streams, earlier) };
          return this.executeOn(stream, known, next, request, claim, turn);
        }),
      );
      if (!('continuesAs' in answer)) return answer;
      followed.push(stream);
      next = { ...request, command: sameFor(known, request.command, answer.continuesAs) };
      // Merges and unmerges at this moment can look like a circle; there is none for long.
      if (followed.includes(streamOf(known, next))) {
        throw conflict(streamBusy, `${stream} is being merged with others; try again.`);
      }
    }
  }

  /** Claims the id while those before it in its stream are still under way. */
  private claim({ name }: KnownCommand, { command, commandId, occurredAt }: CommandRequest): Claim {
    const fingerprint = this.receipts.fingerprint({ name, data: command, occurredAt });
    const claiming = this.receipts.claim(commandId, fingerprint);
    // It may fail before anybody has come to wait for it.
    claiming.catch(() => undefined);
    return { fingerprint, claiming };
  }

  /** @param asked the command as it came in, before its stream was followed to the one that it continues as */
  private async executeOn(
    stream: string,
    known: KnownCommand,
    request: CommandRequest,
    asked: CommandRequest,
    { fingerprint, claiming }: Claim,
    turn: Turn,
  ): Promise<CommandResult | Continued> {
    const isNamed = request === asked;
    const tried = isNamed ? this.decideOnClaim(stream, known, request, claiming, turn) : undefined;
    const claimed = await claiming;
    // The one before under the same id may have been answered since.
    const receipt = claimed && !claimed.result ? await this.receipts.claim(request.commandId, fingerprint) : claimed;
    if (receipt && receipt.fingerprint !== fingerprint) {
      throw refused('IDEMPOTENCY_KEY_REUSED', 'This Idempotency-Key was used for another command. Choose a new one.');
    }
    if (receipt?.result) return receipt.result;
    const earlier = await this.recordedIn(receipt?.streams ?? [], known, request.commandId);
    // What is recorded in another stream than the one named is not found there once the two are unmerged.
    if (!isNamed && !earlier) await this.receipts.follow(request.commandId, fingerprint, stream);
    const result = earlier ?? (await (!receipt && tried ? tried : this.decideAndAppend(stream, known, request, turn)));
    if ('continuesAs' in result) return result;
    const toldFromStream = result.events.length > 0 && isNamed && !earlier;
    return toldFromStream ? result : this.receipts.keep(request.commandId, fingerprint, result);
  }

  /** Decides while the id is still being claimed; nothing is recorded before it is known to be new. */
  private decideOnClaim(
    stream: string,
    known: KnownCommand,
    request: CommandRequest,
    claiming: Promise<Receipt | null>,
    turn: Turn,
  ): Promise<CommandResult | Continued> {
    const isNew = claiming.then((receipt) => {
      if (receipt) throw new ClaimedBefore();
    });
    const deciding = this.decideAndAppend(stream, known, request, turn, isNew);
    // A refusal may come first, and an answer that was given before makes both needless.
    isNew.catch(() => undefined);
    deciding.catch(() => undefined);
    return deciding;
  }

  /** What the command recorded in one of these streams before its answer was kept. */
  private async recordedIn(
    streams: readonly string[],
    { aggregate }: KnownCommand,
    commandId: string,
  ): Promise<CommandResult | undefined> {
    for (const stream of streams) {
      const recorded = (await this.streams.refresh(aggregate, stream)).recorded.get(commandId);
      if (recorded) return resultOf(stream, recorded);
    }
    return undefined;
  }

  private async decideAndAppend(
    stream: string,
    known: KnownCommand,
    request: CommandRequest,
    turn: Turn,
    permitted?: Promise<void>,
  ): Promise<CommandResult | Continued> {
    const { aggregate, options } = known;
    // A stream that the command may begin is taken for new until the store says otherwise: one round trip less.
    const seen = this.streams.peek(stream);
    let fresh = !seen && !options.opens;
    let folded = seen ?? (fresh ? await this.streams.refresh(aggregate, stream) : nothingYet(aggregate));

    for (let tries = 1; ; tries++) {
      const recorded = folded.recorded.get(request.commandId);
      if (recorded) return resultOf(stream, recorded);
      const continuesAs = options.ofThisStream
        ? undefined
        : (aggregate.continuesAs?.(folded.state) ??
          (await turn.lookUps.renamed(stream, aggregate, request.command, fresh)));
      if (continuesAs !== undefined && fresh) {
        const soAlready = options.opens && (await this.changesNothing(known, request, folded, turn.lookUps));
        return soAlready ? nothingDone(stream, folded) : { continuesAs };
      }
      if (continuesAs !== undefined) {
        folded = await this.streams.refresh(aggregate, stream);
        fresh = true;
        continue;
      }
      try {
        const decision = await this.decide(known, request, folded, fresh, turn.lookUps);
        if (decision.facts.length === 0 && fresh) return nothingDone(stream, folded);
        if (decision.facts.length > 0) return await this.append(stream, known, request, folded, decision, permitted);
      } catch (problem) {
        if (problem instanceof StoreUnavailable) this.streams.forget(stream);
        // What is refused on a state that was only remembered may be right on the present one, or once those that came
        // before it with the same request are done.
        const earlier = isVerdict(problem) ? turn.before() : [];
        const mayDiffer = problem instanceof WrongRevision || (isVerdict(problem) && (!fresh || earlier.length > 0));
        if (!mayDiffer) throw problem;
        if (tries >= mostTries) throw conflict(streamBusy, `${stream} is being changed by others; try again.`);
        await Promise.allSettled(earlier);
      }
      folded = await this.streams.refresh(aggregate, stream);
      fresh = true;
    }
  }

  /** How somebody was registered stays known of them under their old id: the same list comes in again. */
  private async changesNothing(
    known: KnownCommand,
    request: CommandRequest,
    folded: FoldedStream,
    lookUps: LookUps,
  ): Promise<boolean> {
    try {
      return (await this.decide(known, request, folded, true, lookUps)).facts.length === 0;
    } catch (problem) {
      if (problem instanceof Refusal) return false;
      throw problem;
    }
  }

  private async decide(
    known: KnownCommand,
    request: CommandRequest,
    folded: FoldedStream,
    fresh: boolean,
    lookUps: LookUps,
  ): Promise<Decision> {
    const { aggregate, options } = known;
    if (!folded.head && !options.opens) {
      const code = `${aggregate.category.toUpperCase()}_NOT_FOUND`;
      throw notFound(code, `There is no ${aggregate.category} with this ${aggregate.id}.`);
    }
    const actual = folded.head?.revision ?? null;
    if (request.expectedRevision !== undefined && request.expectedRevision !== (actual ?? noRevision)) {
      throw new PreconditionFailed(streamOf(known, request), request.expectedRevision, actual);
    }
    const { commandId, actor, salesperson } = request;
    if (salesperson !== undefined) {
      const claimant = { role: actor.role, salesperson, today: this.clock.now().slice(0, 10) };
      await checkOwners(claimant, known, request.command, folded.state, (ask) => lookUps.answer(ask, fresh));
    }
    await checkReferences(request.command, this.catalogue, lookUps);
    const lookups = await lookUps.of(aggregate, request.command, folded.state, fresh);
    // Only now: what it rests on may just have come about.
    const occurredAt = this.instantOf(request, folded);
    const issuer = salesperson ?? actor.id;
    const facts = aggregate.decide(request.command, folded.state, { commandId, occurredAt, actor, issuer, lookups });
    // A verdict lies at its own instant, also where facts that happened later were reported before it.
    const isVerdict = request.mayBeOverdue && facts.every(({ type }) => aggregate.isVerdict?.(type));
    return { facts, occurredAt: (isVerdict && request.occurredAt) || occurredAt };
  }

  private instantOf(request: CommandRequest, { lastFactAt: last }: FoldedStream): Instant {
    const now = this.clock.now();
    if (request.occurredAt === undefined || request.mayBeOverdue) return later(request.occurredAt ?? now, last);
    if (request.occurredAt > now) {
      const message = 'occurredAt lies in the future; a fact can only have happened.';
      throw invalid('OCCURRED_IN_FUTURE', message, [{ path: 'occurredAt', message: `must not be after ${now}` }]);
    }
    if (request.occurredAt < last) {
      throw refused(
        'OCCURRED_BEFORE_LAST_FACT',
        `The last fact of this stream happened at ${last}; report a later one.`,
      );
    }
    return request.occurredAt;
  }

  private async append(
    stream: string,
    { aggregate }: KnownCommand,
    request: CommandRequest,
    folded: FoldedStream,
    { facts, occurredAt }: Decision,
    permitted: Promise<void> | undefined,
  ): Promise<CommandResult> {
    const { commandId, actor, correlationId } = request;
    const context = { commandId, occurredAt, actor, correlationId };
    const { head, position, events } = await this.log.append(stream, folded.head, facts, context, permitted);
    const appended = { head, position, events, revision: head.revision, commandId, occurredAt };
    this.streams.keep(stream, foldFacts(aggregate, folded, facts, appended));
    return resultOf(stream, appended);
  }
}

interface Claim {
  readonly fingerprint: string;
  readonly claiming: Promise<Receipt | null>;
}

/** Where a command stands among those under way. */
interface Turn {
  /** What came before it with the same request and is not done yet. */
  readonly before: () => readonly Promise<unknown>[];
  readonly lookUps: LookUps;
}

/** The stream that the command names continues as another one. */
interface Continued {
  readonly continuesAs: string;
}

interface Decision {
  readonly occurredAt: Instant;
  readonly facts: readonly { readonly type: string; readonly data: object }[];
}

const isVerdict = (problem: unknown): boolean => problem instanceof Refusal || problem instanceof PreconditionFailed;
