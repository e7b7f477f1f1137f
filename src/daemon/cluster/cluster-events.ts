import { join } from 'node:path';
import type { Logger } from 'pino';
import { ClusterUnavailableError, type Lease, type Peers, type ReplicatedLog } from '../../cluster/contract.ts';
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
import { within } from '../../cluster/within.ts';
import { onlyWhileHome } from './only-while-home.ts';

/** What {@link ClusterEvents} work with. */
export interface ClusterEventParts {
  /** What all events are made with; each shard has a store of its own. */
  readonly events: Omit<EventParts, 'durable'>;
  readonly homes: ClusterHomes;
  /** Below it each shard has a folder. */
  readonly folder: string;
  readonly logOf: (name: string) => ReplicatedLog;
  readonly peers: Pick<Peers, 'call' | 'serve'>;
  readonly logger: Logger;
}

/** How long what runs has to end when another host goes on; then that host begins it once more. */
const settleMs = 5_000;
/** How long what was asked of it has to get into its log, where another host goes on. */
const keepMsMax = 20_000;
/** How long is waited for a home by who asks it something. */
const homeMs = 10_000;
const hasQueue = 'homes.has-queue';

interface Shard {
  readonly events: Events;
  readonly store: ShardStore;
}

/** Events of the accounts whose home is here, each shard's by itself: begun when this host becomes its home, as after the crash of one machine, and over when it is no longer. */
export class ClusterEvents implements AccountEvents, HomeRoom {
  readonly outside: AccountEvents['outside'];
  readonly loops: LoopGuard;
  readonly #parts: ClusterEventParts;
  readonly #shards: Map<number, Shard> = new Map();

  constructor(parts: ClusterEventParts) {
    this.#parts = parts;
    const { events, logger, peers } = parts;
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
    const store = await ShardStore.open({
      folder: join(folder, name),
      log: logOf(name),
      lease,
      onLost: (err) => {
        if (!lease.over.aborted)
          logger.warn({ err, shard }, 'What a shard of accounts keeps cannot be kept here any more.');
        void lease.release();
      },
      logger,
    });
    // What cannot be written down any more where the home was lost, the next one does: nobody need read of each.
    const own = logger.child({ shard });
    lease.over.addEventListener('abort', () => (own.level = 'silent'), { once: true });
    const parts = { ...onlyWhileHome(this.#parts.events, lease), loops: this.loops, logger: own };
    const events = new Events({ ...parts, durable: store });
    const opened = { events, store };
    try {
      await events.begin();
    } catch (error) {
      await this.#drop(shard, opened);
      throw error;
    }
    this.#shards.set(shard, opened);
    return {
      get used() {
        return store.used;
      },
      leave: () => this.#leave(shard, opened),
      drop: () => this.#drop(shard, opened),
    };
  }

  async #leave(shard: number, { events, store }: Shard): Promise<void> {
    this.#shards.delete(shard);
    events.stop();
    const isSettled = await within(events.settled(), settleMs, this.#parts.events.clock);
    if (!isSettled)
      this.#parts.logger.warn({ shard }, 'What was running for events is begun once more by the next home.');
    const { clock } = this.#parts.events;
    if (await within(store[Symbol.asyncDispose](), keepMsMax, clock)) return;
    // Its log does not answer. Nobody was told that what waits was kept.
    this.#parts.logger.warn(
      { shard },
      'What a shard of accounts had here could not be kept in time; it is given up as it is.',
    );
    await store.drop(lostHome());
  }

  async #drop(shard: number, { events, store }: Shard): Promise<void> {
    this.#shards.delete(shard);
    events.stop();
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
