import { setTimeout as wait } from 'node:timers/promises';
import type { ClusterMetadata } from '@platformatic/kafka';
import type { Partition } from './partition.ts';
import { readRecords } from './records.ts';
import type { KafkaSession } from './session.ts';

/** How long a broker may wait for records, ms; less where some partitions are not asked for at the moment, which would wait behind those that are. */
const waitMs = 5_000;
const shortWaitMs = 100;
/** What a broker may answer with, and of each partition, bytes; a single batch of records may be larger. */
const answerBytesMax = 8_388_608;
const partitionBytesMax = 1_048_576;
/** Errors in a row after which the session is given up. */
const errorsMax = 6;
const errorPauseMs = 200;
const leaderPauseMs = 1_000;
const readCommitted = 1;

/** Reads what partitions want of their brokers, one request at a time of each, into the partitions. */
export class Fetcher {
  readonly #session: KafkaSession;
  readonly #partitions: () => readonly Partition[];
  readonly #busy: Set<number> = new Set();
  #wake: () => void = () => undefined;
  #woken = false;
  #errors = 0;
  /** How many partitions the topic had when the group was joined. */
  #count: number | undefined;

  constructor(session: KafkaSession, partitions: () => readonly Partition[]) {
    this.#session = session;
    this.#partitions = partitions;
  }

  /** Something may be wanted that was not. */
  changed(): void {
    this.#woken = true;
    this.#wake();
  }

  /** Until `signal` fires. Rejects when the session is lost. */
  async run(signal: AbortSignal): Promise<void> {
    const { member, topic } = this.#session;
    const both = AbortSignal.any([signal, this.#session.signal]);
    both.addEventListener('abort', () => this.changed());
    while (!signal.aborted) {
      this.#woken = false;
      this.#ask(await member.metadata({ topics: [topic] }), both);
      if (!this.#woken) await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#session.signal.throwIfAborted();
    }
  }

  #ask(metadata: ClusterMetadata, signal: AbortSignal): void {
    const known = metadata.topics.get(this.#session.topic);
    if (known === undefined) throw new Error(`There is no topic ${this.#session.topic} any more.`);
    this.#count ??= known.partitionsCount;
    if (this.#count !== known.partitionsCount)
      throw new Error(
        `The topic has ${known.partitionsCount} partitions now, not ${this.#count}: the group is joined anew.`,
      );
    const byLeader = Map.groupBy(this.#partitions(), ({ number }) => known.partitions[number]?.leader ?? -1);
    for (const [leader, partitions] of byLeader) {
      const wanted = partitions.filter((each) => each.wanted !== undefined);
      if (this.#busy.has(leader) || wanted.length === 0) continue;
      this.#busy.add(leader);
      const waits = wanted.length === partitions.length ? waitMs : shortWaitMs;
      const asking = leader === -1 ? this.#noLeader(signal) : this.#fetch(leader, known.id, wanted, waits, signal);
      void asking.finally(() => {
        this.#busy.delete(leader);
        this.changed();
      });
    }
  }

  /** As while another broker takes over. */
  async #noLeader(signal: AbortSignal): Promise<void> {
    await wait(leaderPauseMs, undefined, { signal }).catch(() => undefined);
    this.#session.member.clearMetadata();
  }

  /** Never rejects. */
  async #fetch(
    node: number,
    topicId: string,
    partitions: readonly Partition[],
    maxWaitTime: number,
    signal: AbortSignal,
  ): Promise<void> {
    const { member, pool, topic } = this.#session;
    const from = new Map(partitions.map((each) => [each.number, each.wanted ?? each.undone]));
    const asked = [...from].map(([partition, fetchOffset]) => {
      const epochs = { currentLeaderEpoch: -1, lastFetchedEpoch: -1 };
      return { partition, fetchOffset, ...epochs, partitionMaxBytes: partitionBytesMax };
    });
    const sizes = { minBytes: 1, maxBytes: answerBytesMax, isolationLevel: readCommitted };
    const topics = [{ topicId, partitions: asked }];
    try {
      const answer = await member.fetch({ node, topics, maxWaitTime, ...sizes, connectionPool: pool });
      for (const part of answer.responses.flatMap((each) => each.partitions)) {
        const [at, into] = [
          from.get(part.partitionIndex),
          partitions.find((each) => each.number === part.partitionIndex),
        ];
        if (at !== undefined && into !== undefined) into.put(at, readRecords(topic, part, at));
      }
      this.#errors = 0;
    } catch (error) {
      if (signal.aborted) return;
      await this.#failed(error, partitions, signal).catch((worse: unknown) => this.#session.fail(worse));
    }
  }

  async #failed(error: unknown, partitions: readonly Partition[], signal: AbortSignal): Promise<void> {
    this.#errors += 1;
    if (this.#errors >= errorsMax) throw error;
    if (isOutOfRange(error)) return await this.#moveIn(partitions);
    this.#session.member.clearMetadata();
    await wait(errorPauseMs * 2 ** this.#errors, undefined, { signal }).catch(() => undefined);
  }

  /** What was to be read was removed there, or the topic was made anew: all that is there has not been read. */
  async #moveIn(partitions: readonly Partition[]): Promise<void> {
    const { begin, end } = await this.#session.bounds(partitions.map(({ number }) => number));
    for (const each of partitions) {
      const [first, last] = [begin.get(each.number) ?? 0n, end.get(each.number) ?? 0n];
      if (each.wanted !== undefined && (each.wanted < first || each.wanted > last)) each.moved(first);
    }
  }
}

function isOutOfRange(error: unknown): boolean {
  if (!(error instanceof AggregateError)) return false;
  return error.errors.some((each: unknown) => Object(each).apiId === 'OFFSET_OUT_OF_RANGE' || isOutOfRange(each));
}
