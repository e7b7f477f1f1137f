import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import type { Called } from '../../model/invocations/caller.ts';
import { CapacityError, StoppingError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import type { DurableStore } from '../../store/durable/contracts/durable-store.ts';
import type {
  EventName,
  EventPlace,
  EventReport,
  LineName,
  LineReports,
  LineSummary,
  NewEvent,
} from '../../store/durable/contracts/events.ts';
import type { Ages } from '../clock/clock-keeper.ts';
import { inSlices } from '../clock/in-slices.ts';
import type { DeliveryOptions } from '../destinations/delivery.ts';
import { DestinationError } from '../destinations/destination.ts';
import { detailText, type DeliveryDetail, type EventDetail } from './detail.ts';
import { Dispatcher } from './dispatcher.ts';
import { followUp } from './endings.ts';
import { claimOf, KeyConflictError, type GivenKey } from './keys.ts';
import { saysSomething } from './rules.ts';
import { allLines, kindOfLine, lineTotals, noLines, type KindTotals, type LineKind } from './lines/line-totals.ts';
import { EventTally } from './tally.ts';
import type { SecurityPolicy } from '../../model/policies/security-policy.ts';
import type { EventInvoker } from './run-function.ts';
import type { EventTargets } from './targets.ts';
import { EventWorker } from './worker.ts';

/** An invocation that nobody waits for. */
export interface AsyncInvocation {
  readonly account: string;
  readonly functionName: string;
  readonly qualifier?: string;
  readonly requestId: string;
  readonly payload: Uint8Array;
  readonly clientContext?: string;
  readonly tenantId?: string;
  readonly traceHeader?: string;
  /** What its caller took from what the function may. */
  readonly policy?: SecurityPolicy;
  /** It is the same as another that came with this key. */
  readonly key?: GivenKey;
}

/** What a destination is to be told. */
export interface Telling {
  readonly account: string;
  readonly requestId: string;
  readonly arn: string;
  readonly payload: Uint8Array;
  readonly about: DeliveryDetail;
}

export interface AsyncEventsOptions {
  /** Told of each function that is to run later, and in how many ms. */
  readonly awaited?: ((called: Called, inMs: number) => void) | undefined;
  /** Told of each function that is to run once more for an event that it failed at. */
  readonly retried?: ((account: string, functionName: string, requestId: string) => void) | undefined;
  readonly store: DurableStore;
  readonly workerManager: EventInvoker;
  readonly targets: EventTargets;
  readonly delivery: DeliveryOptions;
  readonly clock: Clock;
  /** Without them every age is what the clock says. */
  readonly ages?: Pick<Ages, 'heldMs'>;
  readonly logger: Logger;
}

/** What a line has, and how much of it runs. */
export interface LineState extends LineSummary {
  readonly inFlight: number;
}

/** Events that are looked at in one step of the store when all are planned anew: some milliseconds. */
const planMax = 250;

const room = { eventsMax: limits.eventsPerAccountMax, bytesMax: limits.eventBytesPerAccountMax };

/**
 * Asynchronous (`Event`) invocations: kept on the disk before they are acknowledged, run in the background, tried again by AWS's schedule, and
 * when they are over told to their destinations. At least once: what ran when the service died is run again by the next one.
 *
 * In this room, `dispatcher.ts` takes what is due and has it worked on by `worker.ts`; when what is tried again is in `schedule.ts` (pure), by
 * rules that `rules.ts` reads; what waits, and who runs beside whom, is in `lines/`; what follows from an end in `endings.ts`; `keys.ts` are the keys that
 * make a repeated request the first. The other end, on the disk: `src/store/durable/events`.
 */
export class AsyncEvents {
  readonly tally: EventTally = new EventTally();
  readonly #o: AsyncEventsOptions;
  readonly #dispatcher: Dispatcher;
  #stopped = false;
  #isCut = false;

  constructor(options: AsyncEventsOptions) {
    this.#o = options;
    const stopping = (): boolean => this.#isCut;
    const worker = new EventWorker({ ages: { heldMs: () => 0 }, ...options, tally: this.tally, stopping });
    this.#dispatcher = new Dispatcher({
      store: options.store.parts.events,
      clock: options.clock,
      logger: options.logger,
      work: (event) => worker.work(event),
      ageMsMax: (event) => worker.ageMsMax(event),
      expire: (event) => worker.expire(event),
    });
  }

  /**
   * Resolves when it is on the disk, with the id of its request: that of the first where its key was used before. Throws CapacityError where the account
   * has too many, KeyConflictError, StoreFullError and StoppingError; then nothing of it is kept.
   */
  async accept(invocation: AsyncInvocation): Promise<{ readonly requestId: string; readonly repeated: boolean }> {
    if (this.#stopped) throw new StoppingError('The service is stopping.');
    const { account, functionName, requestId, payload, key } = invocation;
    const { store, clock, ages } = this.#o;
    const acceptedMs = Math.floor(clock.wall());
    const detail = detailText(await this.#detailOf(invocation));
    // Not a view of a larger buffer, all of which would be copied into the store's thread.
    const event: NewEvent = {
      account,
      line: functionName,
      requestId,
      acceptedMs,
      payload: new Uint8Array(payload),
      detail,
    };
    let first = requestId;
    await this.#dispatcher.add(event, async () => {
      const claim = key && claimOf(key, requestId, acceptedMs, ages);
      const accepted = await store.parts.events.accept({ event, room, ...(claim && { key: claim }) });
      if (accepted.kind === 'full') throw new CapacityError(`The event was not accepted: ${accepted.why}.`, 60);
      if (accepted.kind === 'other') throw new KeyConflictError(key?.key ?? '');
      if (accepted.kind === 'accepted') return accepted.id;
      first = accepted.requestId;
      return undefined;
    });
    const repeated = first !== requestId;
    if (!repeated) this.tally.count('accepted');
    return { requestId: first, repeated };
  }

  /**
   * Has something told to a destination: on the disk when it resolves, and sent as often as is needed. Throws DestinationError where the ARN leads
   * nowhere, CapacityError where the account has too many, StoreFullError and StoppingError.
   */
  async tell({ account, requestId, arn, payload, about }: Telling): Promise<void> {
    if (this.#stopped) throw new StoppingError('The service is stopping.');
    const { store, clock, delivery } = this.#o;
    const scope = { account, region: delivery.region };
    const event = followUp({ account, requestId }, arn, scope, payload, about, Math.floor(clock.wall()));
    if (typeof event === 'string') throw new DestinationError(`Nothing can be told to ${arn}: ${event}.`);
    await this.#dispatcher.add(event, async () => {
      const accepted = await store.parts.events.accept({ event, room });
      if (accepted.kind === 'full') throw new CapacityError(`The event was not accepted: ${accepted.why}.`, 60);
      return accepted.kind === 'accepted' ? accepted.id : undefined;
    });
  }

  /** Goes on with what a service before this one left. Costs nothing where there never was any. */
  async resume(): Promise<void> {
    if (!this.#o.store.used) return;
    this.#dispatcher.look(await this.#o.store.parts.events.lines({ nowMs: this.#o.clock.wall() }));
  }

  /** After the clock was put back: gives how many events are due sooner. */
  async planAnew(): Promise<number> {
    const { store, clock } = this.#o;
    const { events } = store.parts;
    const slice = { max: planMax };
    const changed = await inSlices<EventPlace>((after) =>
      events.planAnew({ ...slice, now: Math.floor(clock.wall()), after }, 'process'),
    );
    this.#dispatcher.planAnew(await events.lines({ nowMs: clock.wall() }));
    return changed;
  }

  /** Of one account, or of all. */
  async lines(account?: string): Promise<readonly LineState[]> {
    if (!this.#o.store.used) return [];
    const lines = await allLines(this.#o.store.parts.events, account);
    return lines.map((line) => ({ ...line, inFlight: this.#dispatcher.inFlight(line) }));
  }

  /** Of all accounts together: such as go to functions, and such as go to destinations. */
  async totals(): Promise<Readonly<Record<LineKind, KindTotals>>> {
    const { store } = this.#o;
    const totals = store.used ? await lineTotals(store.parts.events) : noLines;
    const of = (kind: LineKind): KindTotals => ({
      ...totals[kind],
      inFlight: this.#dispatcher.inFlightOf(({ line }) => kindOfLine(line) === kind),
    });
    return { function: of('function'), destination: of('destination') };
  }

  /** What is known of an event and what followed from it; empty where nothing is. */
  async find(account: string, requestId: string): Promise<readonly EventReport[]> {
    if (!this.#o.store.used) return [];
    return await this.#o.store.parts.events.find({ account, requestId }, 'process');
  }

  /** What of a line has not ended, and what of it failed: at most `max` of each. */
  async ofLine(name: LineName, max: number): Promise<LineReports> {
    if (!this.#o.store.used) return { waiting: [], failed: [] };
    return await this.#o.store.parts.events.ofLine({ ...name, max }, 'process');
  }

  /** Forgets what waits in a line; gives how many events that were. */
  async purge(name: LineName): Promise<number> {
    return this.#o.store.used ? await this.#dispatcher.purge(name) : 0;
  }

  /** Those that run, or of which it is not written down what became of them. */
  working(): readonly EventName[] {
    return this.#dispatcher.working();
  }

  /** Another process runs these, and says what becomes of them: they are not begun here until they are released. To be told before {@link resume}. */
  hold(events: readonly EventName[]): void {
    for (const event of events) this.#dispatcher.hold(event);
  }

  /** Nobody runs them any more. */
  release(events: readonly Pick<EventName, 'id'>[]): void {
    for (const event of events) this.#dispatcher.release(event);
  }

  /** Nothing more is accepted or begun. What runs is written down as long as the store is open. `runsOn`: it will not be cut, so that a failure is one. */
  stop(runsOn = false): void {
    this.#stopped = true;
    this.#isCut ||= !runsOn;
    this.#dispatcher.stop();
  }

  /** Resolves when what ran has ended and is written down. */
  async settled(): Promise<void> {
    await this.#dispatcher.settled();
  }

  async #detailOf(invocation: AsyncInvocation): Promise<EventDetail> {
    const { account, functionName, qualifier, clientContext, tenantId, traceHeader, policy } = invocation;
    const rules = await this.#o.targets.rules(account, functionName, qualifier);
    return {
      ...(qualifier !== undefined && { qualifier }),
      ...(clientContext !== undefined && { clientContext }),
      ...(tenantId !== undefined && { tenantId }),
      ...(traceHeader !== undefined && { traceHeader }),
      ...(policy !== undefined && { policy }),
      ...(rules !== undefined && saysSomething(rules) && { rules }),
    };
  }
}
