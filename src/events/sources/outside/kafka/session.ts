import { setTimeout as wait } from 'node:timers/promises';
import type { Consumer, ConnectionPool } from '@platformatic/kafka';
import type { OrderRules } from '../../../../store/durable/contracts/sources.ts';
import type { Opening } from '../outside-sources.ts';
import { clientOptions, memberOf, wordsOf } from './client.ts';
import { until } from './until.ts';

const earliest = -2n;
const latest = -1n;
/** How long the group may take to answer who leaves it. */
const leaveMsMax = 5_000;

/** A connection to a cluster, as a member of a group, from joining it until it is lost or closed. Not made anew: whoever reads joins again. */
export class KafkaSession implements AsyncDisposable {
  readonly topic: string;
  readonly member: Consumer;
  /** For what brokers keep waiting: heartbeats must not stand behind it. */
  readonly pool: ConnectionPool;
  readonly #over = new AbortController();
  /** Offsets that are to be said, with the next request. */
  readonly #unsaid: Map<number, bigint> = new Map();
  #round: Promise<void> | undefined;
  #before: Promise<unknown> = Promise.resolve();
  /** While partitions are given out. */
  #giving: PromiseWithResolvers<void> | undefined;

  private constructor(topic: string, member: Consumer, pool: ConnectionPool) {
    this.topic = topic;
    this.member = member;
    this.pool = pool;
    member.on('consumer:group:rebalance', () => (this.#giving ??= Promise.withResolvers()));
    member.on('error', (error: Error) => this.fail(error));
    member.on('consumer:heartbeat:stalled', ({ lastError }) =>
      this.fail(lastError ?? new Error('The group was not heard of for too long.')),
    );
  }

  /**
   * Joins the group. `assigned` is called with the partitions that this member has, each time that they were given out, and one time after the
   * other; where it rejects, the session is lost. Throws where the cluster cannot be reached.
   */
  static async join(
    { to, what, mapping }: Opening<'kafka'>,
    assigned: (session: KafkaSession, partitions: readonly number[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<KafkaSession> {
    const { ConnectionPool: Pool } = await import('@platformatic/kafka');
    const member = await memberOf(to, mapping.groupId ?? mapping.uuid, `heddle-${mapping.uuid}`);
    const session = new KafkaSession(what, member, new Pool('heddle', clientOptions(to)));
    let settling = Promise.resolve();
    member.on('consumer:group:join', ({ assignments = [] }) => {
      const partitions = assignments.filter(({ topic }) => topic === what).flatMap((each) => each.partitions);
      session.#giving?.resolve();
      session.#giving = undefined;
      settling = settling.then(() => assigned(session, partitions)).catch((error: unknown) => session.fail(error));
    });
    const stop = (): void => session.fail(new Error('It is not to be read any more.'));
    signal.addEventListener('abort', stop);
    try {
      member.topics.track(what);
      const joining = member.joinGroup({}).then(() => settling);
      if (signal.aborted) stop();
      await until(joining, session.signal);
      return session;
    } catch (error) {
      await session[Symbol.asyncDispose]();
      throw new Error(wordsOf(error), { cause: error });
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /** Fires when it is lost, with what it was lost by. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** It is lost; the first reason counts. */
  fail(error: unknown): void {
    this.#over.abort(new Error(wordsOf(error), { cause: error }));
  }

  /** The first offset of each partition that the group has not done; undefined where it has done nothing of one yet. */
  async committed(partitions: readonly number[]): Promise<ReadonlyMap<number, bigint>> {
    if (partitions.length === 0) return new Map();
    const all = await this.member.listCommittedOffsets({
      topics: [{ topic: this.topic, partitions: [...partitions] }],
    });
    const offsets = all.get(this.topic) ?? [];
    return new Map(
      partitions.flatMap((number) => ((offsets[number] ?? -1n) >= 0n ? [[number, offsets[number] ?? 0n]] : [])),
    );
  }

  /** Where partitions begin for who has read nothing yet. */
  async starts(partitions: readonly number[], startAt: OrderRules['startAt']): Promise<ReadonlyMap<number, bigint>> {
    if (partitions.length === 0) return new Map();
    if (startAt === 'TRIM_HORIZON') return await this.#offsets(partitions, earliest);
    const ends = await this.#offsets(partitions, latest);
    if (startAt === 'LATEST') return ends;
    const found = await this.#offsets(partitions, BigInt(Math.floor(startAt.timestamp)));
    return startsAtTime(found, ends);
  }

  /** What brokers have of partitions: the first offset of each, and the one that will be next. */
  async bounds(partitions: readonly number[]): Promise<Record<'begin' | 'end', ReadonlyMap<number, bigint>>> {
    return { begin: await this.#offsets(partitions, earliest), end: await this.#offsets(partitions, latest) };
  }

  /**
   * Says what is done. One request at a time, and none while partitions are given out: what is on its way behind the request to join is of the past
   * when it is read, which the client would take for a reason to join once more, and all others with it.
   */
  async commit(offsets: ReadonlyMap<number, bigint>): Promise<void> {
    if (offsets.size === 0) return;
    for (const [number, offset] of offsets) this.#unsaid.set(number, offset);
    if (this.#round === undefined) {
      this.#round = this.#before.then(async () => await this.#say());
      this.#before = this.#round.catch(() => undefined);
    }
    await this.#round;
  }

  async #say(): Promise<void> {
    if (this.#giving !== undefined) await until(this.#giving.promise, this.signal);
    const { topic } = this;
    const all = [...this.#unsaid].map(([partition, offset]) => ({ topic, partition, offset, leaderEpoch: -1 }));
    this.#unsaid.clear();
    this.#round = undefined;
    await until(this.member.commit({ offsets: all }), this.signal);
  }

  /** Leaves the group, where that can be said. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.fail(new Error('It is closed.'));
    const leaving = Promise.allSettled([this.pool.close(), this.member.close(true)]);
    const late = new AbortController();
    const { signal } = late;
    await Promise.race([leaving, wait(leaveMsMax, undefined, { signal, ref: false }).catch(() => undefined)]);
    late.abort();
    await this.member.connections.close();
  }

  async #offsets(partitions: readonly number[], timestamp: bigint): Promise<ReadonlyMap<number, bigint>> {
    const { topic } = this;
    const all = await this.member.listOffsets({ topics: [topic], partitions: { [topic]: [...partitions] }, timestamp });
    const offsets = all.get(topic) ?? [];
    return new Map(partitions.map((number) => [number, offsets[number] ?? -1n]));
  }
}

/** Where partitions begin for a time: brokers say -1 where no record is as young as that, so it is their end. */
export function startsAtTime(
  found: ReadonlyMap<number, bigint>,
  ends: ReadonlyMap<number, bigint>,
): ReadonlyMap<number, bigint> {
  return new Map(
    [...ends].map(([number, end]) => [number, (found.get(number) ?? -1n) >= 0n ? (found.get(number) ?? end) : end]),
  );
}
