import type { Logger } from 'pino';
import {
  ClusterUnavailableError,
  PeerLostError,
  type HostId,
  type Membership,
  type Peers,
} from '../../../cluster/contract.ts';
import type { LateAsk, ShardStore } from '../../../cluster/durable/shard-store.ts';
import { countIn, fieldsOf, listIn, textIn } from '../../../cluster/fields.ts';
import type { ClusterHomes } from '../../../cluster/homes/homes.ts';
import { settledHome } from '../../../cluster/homes/settled-home.ts';
import { shardName } from '../../../cluster/homes/shards.ts';
import type { Events } from '../../../frontend/events.ts';
import type { Clock } from '../../../model/clock.ts';
import { StoppingError } from '../../../model/errors.ts';
import { leftRunningNote, readLeftRunning, writeLeftRunning, type LeftRunning } from './left-running.ts';
import { RunsElsewhere } from './runs-elsewhere.ts';

/** What {@link HandOver} works with. */
export interface HandOverParts {
  readonly homes: Pick<ClusterHomes, 'homeOfShard' | 'onChange'>;
  readonly membership: Pick<Membership, 'self' | 'alive' | 'onChange'>;
  readonly peers: Pick<Peers, 'call' | 'serve'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A shard that is at home here. */
export interface ShardHere {
  readonly events: Events;
  readonly store: ShardStore;
  readonly elsewhere: RunsElsewhere;
}

const methods = { late: 'homes.late', stillRuns: 'homes.still-runs' } as const;
/** How long a home is waited for each time that something is told to it; and how long that is tried, ms. */
const homeMs = 10_000;
const tellMsMax = 120_000;
/** Between two attempts. */
const againMs = 200;
const askMs = 3_000;
const runningMax = 1_000_000;

/**
 * What runs for events when a shard leaves in order goes on where it runs, and what comes of it is told to the next home: so it is not begun twice. The home that leaves writes
 * down, as the last thing in the shard's log, what it leaves running; the next one leaves that alone ({@link RunsElsewhere}).
 */
export class HandOver {
  readonly #parts: HandOverParts;
  readonly #here: (shard: number) => ShardHere | undefined;
  /** Events of shards that were left, for as long as something of them runs. */
  readonly #left: Map<number, Set<Events>> = new Map();

  constructor(parts: HandOverParts, here: (shard: number) => ShardHere | undefined) {
    this.#parts = parts;
    this.#here = here;
    const { peers } = parts;
    peers.serve(methods.stillRuns, async (asked) => ({ ids: this.#runningOf(countIn(fieldsOf(asked), 'shard')) }));
    peers.serve(methods.late, async (asked) => {
      const fields = fieldsOf(asked);
      return await this.#told(
        countIn(fields, 'shard'),
        textIn(fields, 'part'),
        textIn(fields, 'operation'),
        fields['input'],
      );
    });
  }

  /** For the store of a shard: has what comes after it was left told to the next home, as soon as there is one. */
  toNextHome(shard: number): LateAsk {
    return async (part, operation, input) => {
      const { homes, peers, clock } = this.#parts;
      const until = clock.now() + tellMsMax;
      const onChange = (listener: () => void): Disposable => homes.onChange(listener);
      const ofShard = { homeOf: () => homes.homeOfShard(shard), onChange };
      for (;;)
        try {
          const home = await settledHome(ofShard, `of ${shardName(shard)}`, homeMs, clock);
          if (home.at === 'here') return await this.#told(shard, part, operation, input);
          return await peers.call(home.host, methods.late, { shard, part, operation, input });
        } catch (error) {
          if (clock.now() >= until || !passes(error)) throw error;
          await new Promise<void>((resolve) => void clock.timer(againMs, resolve));
        }
    };
  }

  /** What homes before this one left running of a shard. */
  async leftRunning(shard: number, store: ShardStore): Promise<readonly LeftRunning[]> {
    if (!store.used) return [];
    try {
      const note = await store.parts.notes.get(leftRunningNote);
      return note === undefined ? [] : readLeftRunning(note);
    } catch (err) {
      this.#parts.logger.warn(
        { err, shard },
        'What the home before this one left running is not known, and begun again.',
      );
      return [];
    }
  }

  /** Sees to what others run of a shard. `release`: nobody runs these any more. */
  watch(shard: number, left: readonly LeftRunning[], release: (events: LeftRunning['events']) => void): RunsElsewhere {
    const { membership, clock } = this.#parts;
    return new RunsElsewhere({
      left,
      isHeard: (host) => membership.alive().some(({ id }) => id === host),
      stillRuns: async (host) => await this.#stillRuns(host, shard),
      release,
      onHosts: (listener) => membership.onChange(listener),
      clock,
    });
  }

  /** Writes down what of a shard that is being left runs here, or still runs elsewhere. Never rejects: what is not written down is begun again. */
  async writeDown(shard: number, { events, store, elsewhere }: ShardHere): Promise<void> {
    const own = { host: this.#parts.membership.self.id, events: events.working() };
    const left = [...elsewhere.left.filter(({ host }) => host !== own.host), ...(own.events.length > 0 ? [own] : [])];
    if (!store.used) return;
    const { notes, events: kept } = store.parts;
    try {
      if (left.length > 0) await notes.put({ name: leftRunningNote, text: writeLeftRunning(left) });
      else if ((await notes.get(leftRunningNote)) !== undefined) await notes.remove(leftRunningNote);
      // It was not interrupted.
      await Promise.all(own.events.map(async ({ id }) => await kept.unbegin(id)));
    } catch (err) {
      this.#parts.logger.warn(
        { err, shard },
        'What runs for events could not be handed over: the next home begins it once more.',
      );
    }
  }

  /** The service stops, and cuts what still runs: its failures say nothing. */
  stop(): void {
    for (const left of this.#left.values()) for (const events of left) events.stop();
  }

  /** Resolves when all that was left running has ended, and the next homes were told. */
  async settled(): Promise<void> {
    await Promise.all(
      [...this.#left.values()].flatMap((left) => [...left]).map(async (events) => await events.settled()),
    );
  }

  /** Something of a shard's events runs on here. */
  keep(shard: number, events: Events): void {
    const left = this.#left.get(shard) ?? new Set();
    this.#left.set(shard, left.add(events));
    void events.settled().finally(() => {
      left.delete(events);
      if (left.size === 0 && this.#left.get(shard) === left) this.#left.delete(shard);
    });
  }

  #runningOf(shard: number): readonly number[] {
    return [...(this.#left.get(shard) ?? [])].flatMap((events) => events.working().map(({ id }) => id));
  }

  async #stillRuns(host: HostId, shard: number): Promise<ReadonlySet<number>> {
    const { peers, membership } = this.#parts;
    if (host === membership.self.id) return new Set(this.#runningOf(shard));
    const answer = fieldsOf(await peers.call(host, methods.stillRuns, { shard }, AbortSignal.timeout(askMs)));
    return new Set(listIn(answer, 'ids', runningMax).map(Number));
  }

  async #told(shard: number, part: string, operation: string, input: unknown): Promise<unknown> {
    const here = this.#here(shard);
    if (here === undefined) throw new StoppingError('This host is not the home of this shard of accounts now.');
    const came = await here.store.askLate(part, operation, input);
    const id = part === 'events' && operation !== 'answer' ? idIn(input) : undefined;
    if (id !== undefined) here.elsewhere.told(id);
    await here.events.toldLate(id === undefined ? [] : [{ id }]);
    return came;
  }
}

/** Of an operation on one event. */
function idIn(input: unknown): number {
  return typeof input === 'number' ? input : countIn(fieldsOf(input), 'id');
}

/** Whether the home may be another by now, or there in a moment. */
function passes(error: unknown): boolean {
  return error instanceof StoppingError || error instanceof ClusterUnavailableError || error instanceof PeerLostError;
}
