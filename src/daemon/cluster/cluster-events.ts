import { join } from 'node:path';
import type { Logger } from 'pino';
import {
  ClusterUnavailableError,
  type Lease,
  type Membership,
  type Peers,
  type ReplicatedLog,
} from '../../cluster/contract.ts';
import { lostHome } from '../../cluster/durable/commit-log.ts';
import { ShardStore } from '../../cluster/durable/shard-store.ts';
import { fieldsOf, textIn } from '../../cluster/fields.ts';
import type { ClusterHomes } from '../../cluster/homes/homes.ts';
import type { HomeRoom, OpenHome } from '../../cluster/homes/room.ts';
import { shardName, shardOf } from '../../cluster/homes/shards.ts';
import type { QueueName } from '../../events/queue-sender.ts';
import { Events, type AccountEvents, type EventParts } from '../../frontend/events.ts';
import { LoopGuard } from '../../frontend/lambda/invocation/loop-guard.ts';
import { StoppingError } from '../../model/errors.ts';
import type { EventName } from '../../store/durable/contracts/events.ts';
import { within } from '../../cluster/within.ts';
import { HandOver, type ShardHere } from './handing-over/hand-over.ts';
import { onlyWhileHome } from './only-while-home.ts';

/** What {@link ClusterEvents} work with. */
export interface ClusterEventParts {
  /** What all events are made with; each shard has a store of its own. */
  readonly events: Omit<EventParts, 'durable'>;
  readonly homes: ClusterHomes;
  readonly membership: Pick<Membership, 'self' | 'alive' | 'onChange'>;
  /** Below it each shard has a folder. */
  readonly folder: string;
  readonly logOf: (name: string) => ReplicatedLog;
  readonly peers: Pick<Peers, 'call' | 'serve'>;
  readonly logger: Logger;
}

/** How long what runs has to end when another host goes on: nobody is answered meanwhile. What runs for longer tells that host what came of it. */
const settleMs = 1_000;
/** Occurrences of schedules that are on their way to events and queues of the same home are waited for: it is a matter of one write. */
const deliverMsMax = 5_000;
/** A service that stops waits for so long until next homes know what came of what they were not to begin. */
const toldMsMax = 5_000;
/** How long what was asked of it has to get into its log, where another host goes on. */
const keepMsMax = 20_000;
/** How long is waited for a home by who asks it something. */
const homeMs = 10_000;
const hasQueue = 'homes.has-queue';

/** Events of the accounts whose home is here, each shard's by itself: begun when this host becomes its home, as after the crash of one machine, and over when it is no longer. */
export class ClusterEvents implements AccountEvents, HomeRoom {
  readonly outside: AccountEvents['outside'];
  readonly loops: LoopGuard;
  readonly #parts: ClusterEventParts;
  readonly #shards: Map<number, ShardHere> = new Map();
  readonly #handOver: HandOver;
  #stopping = false;

  constructor(parts: ClusterEventParts) {
    this.#parts = parts;
    const { events, homes, membership, logger, peers } = parts;
    const handing = { homes, membership, peers, clock: events.clock, logger };
    this.#handOver = new HandOver(handing, (shard) => this.#shards.get(shard));
    this.outside = events.outside;
    this.loops = new LoopGuard(events.store.settings, logger);
    peers.serve(hasQueue, async (asked) => await this.#hasQueueHere(queueIn(asked)));
  }

  of(account: string): Events {
    const events = this.find(account);
    if (events !== undefined) return events;
    throw new StoppingError('This host is not the home of this account now. Try again.');
  }

  find(account: string): Events | undefined {
    return this.#shards.get(shardOf(account))?.events;
  }

  here(): readonly Events[] {
    return [...this.#shards.values()].map(({ events }) => events);
  }

  async hasQueue(queue: QueueName): Promise<boolean> {
    const home = await this.#parts.homes.settledHomeOf(queue.account, homeMs);
    if (home.at !== 'host') return await this.#hasQueueHere(queue);
    return (await this.#parts.peers.call(home.host, hasQueue, { ...queue })) === true;
  }

  async begin(): Promise<void> {
    this.#parts.homes.begin();
  }

  stop(): void {
    this.#stopping = true;
    this.#handOver.stop();
    // Others go on with it, the sooner the better.
    void this.#parts.homes.leaveAll();
  }

  /** Where the log of a shard is that is here; undefined where nothing was ever kept in it. */
  logState(shard: number): ReturnType<ShardStore['state']> {
    return this.#shards.get(shard)?.store.state();
  }

  async open(shard: number, lease: Lease): Promise<OpenHome> {
    const { folder, logOf, logger } = this.#parts;
    const name = shardName(shard);
    let isLeaving = false;
    const store = await ShardStore.open({
      folder: join(folder, name),
      log: logOf(name),
      lease,
      onLeft: this.#handOver.toNextHome(shard),
      onLost: (err) => {
        if (!lease.over.aborted && !isLeaving)
          logger.warn({ err, shard }, 'What a shard of accounts keeps cannot be kept here any more.');
        void lease.release();
      },
      logger,
    });
    // What cannot be written down any more where the home was lost, the next one does: nobody need read of each.
    const own = logger.child({ shard });
    lease.over.addEventListener('abort', () => (own.level = 'silent'), { once: true });
    const left = await this.#handOver.leftRunning(shard, store);
    const parts = { ...onlyWhileHome(this.#parts.events, lease), loops: this.loops, logger: own };
    const events = new Events({ ...parts, durable: store, elsewhere: left.flatMap((one) => one.events) });
    const release = (released: readonly EventName[]): void =>
      void events.toldLate(released).catch((err: unknown) => {
        own.warn({ err }, 'What another host ran of events could not be gone on with; it waits for the next home.');
      });
    const opened = { events, store, elsewhere: this.#handOver.watch(shard, left, release) };
    try {
      await events.begin();
    } catch (error) {
      await this.#drop(shard, opened);
      throw error;
    }
    this.#shards.set(shard, opened);
    opened.elsewhere.begin();
    return {
      get used() {
        return store.used;
      },
      leave: () => {
        isLeaving = true;
        return this.#leave(shard, opened);
      },
      drop: () => this.#drop(shard, opened),
    };
  }

  /** Resolves when next homes know what came of all that ran, or after some seconds: for who stops. */
  async told(): Promise<void> {
    await within(this.#handOver.settled(), toldMsMax, this.#parts.events.clock);
  }

  async #leave(shard: number, opened: ShardHere): Promise<void> {
    const { events, store, elsewhere } = opened;
    const { clock } = this.#parts.events;
    this.#shards.delete(shard);
    events.stop(!this.#stopping);
    const [isSettled] = await Promise.all([
      within(events.settled(), settleMs, clock),
      within(events.delivered(), deliverMsMax, clock),
    ]);
    elsewhere[Symbol.dispose]();
    if (!isSettled) this.#handOver.keep(shard, events);
    await this.#handOver.writeDown(shard, opened);
    if (await within(store[Symbol.asyncDispose](), keepMsMax, clock)) return;
    // Its log does not answer. Nobody was told that what waits was kept.
    this.#parts.logger.warn(
      { shard },
      'What a shard of accounts had here could not be kept in time; it is given up as it is.',
    );
    await store.drop(lostHome());
  }

  async #drop(shard: number, { events, store, elsewhere }: ShardHere): Promise<void> {
    this.#shards.delete(shard);
    events.stop();
    elsewhere[Symbol.dispose]();
    await store.drop(new StoppingError('This host is no longer the home of this account. Try again.'));
  }

  async #hasQueueHere(queue: QueueName): Promise<boolean> {
    const events = this.find(queue.account);
    if (events === undefined) throw new ClusterUnavailableError('This host is not the home of this account now.');
    return await events.hasQueue(queue);
  }
}

function queueIn(asked: unknown): QueueName {
  const fields = fieldsOf(asked);
  return { account: textIn(fields, 'account'), name: textIn(fields, 'name') };
}
