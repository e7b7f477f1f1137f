import type { GroupSource, ReadStream } from '../../source.ts';
import type { Opening } from '../outside-sources.ts';
import { Fetcher } from './fetcher.ts';
import { Partition } from './partition.ts';
import { KafkaSession } from './session.ts';
import { until } from './until.ts';

/** What lies here that no function has yet, of all partitions, bytes of records. */
const aheadBytesMax = 8_388_608;
/** What all partitions' batches may have together, bytes: as much as 32 whole events. */
const batchBytesMax = 201_326_592;
const shareBytesMin = 65_536;

/** A partition that this member has, and who reads it. */
interface Given {
  readonly partition: Partition;
  readonly over: AbortController;
  readonly ended: Promise<void>;
}

/** A topic, as a member of a group: `arn:aws:heddle-source:::NAME/TOPIC`. */
export class KafkaGroup implements GroupSource {
  readonly kind = 'group';
  readonly #opening: Opening<'kafka'>;
  readonly #given: Map<number, Given> = new Map();
  /** Of partitions that were taken away: who reads one again waits for who read it. */
  readonly #ending: Map<number, Promise<void>> = new Map();
  /** One with which all is as the group has it. */
  #session: KafkaSession | undefined;
  #fetcher: Fetcher | undefined;
  #stopping = false;
  #changed = Promise.withResolvers<void>();

  constructor(opening: Opening<'kafka'>) {
    this.#opening = opening;
  }

  async takePart(read: ReadStream, joined: () => void, signal: AbortSignal): Promise<void> {
    await using session = await KafkaSession.join(
      this.#opening,
      async (joining, partitions) => {
        await this.#settle(joining, partitions, read);
        joined();
      },
      signal,
    );
    const fetcher = new Fetcher(session, () => [...this.#given.values()].map(({ partition }) => partition));
    this.#fetcher = fetcher;
    try {
      await until(fetcher.run(signal), session.signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      // What is with functions is done yet, where this is the end.
      if (signal.aborted) await this.#end();
      this.#session = undefined;
      this.#fetcher = undefined;
    }
  }

  async close(): Promise<void> {
    await this.#end();
  }

  /** Nothing more is read; resolves when all readers have ended. */
  async #end(): Promise<void> {
    this.#stopping = true;
    for (const { over } of this.#given.values()) over.abort();
    this.#tell();
    await Promise.all([...this.#ending.values(), ...[...this.#given.values()].map(({ ended }) => ended)]);
  }

  /** Has those read that were given to this member, and no others. */
  async #settle(session: KafkaSession, partitions: readonly number[], read: ReadStream): Promise<void> {
    for (const number of this.#given.keys()) if (!partitions.includes(number)) this.#take(number);
    const begins = await this.#begins(session, partitions);
    for (const [number, begin] of begins) {
      // Another member had it meanwhile, and did more of it.
      if ((this.#given.get(number)?.partition.undone ?? begin) < begin) this.#take(number);
      if (!this.#given.has(number) && !this.#stopping) this.#give(number, begin, read);
    }
    const share = (bytes: number): number =>
      Math.max(shareBytesMin, Math.floor(bytes / Math.max(1, partitions.length)));
    for (const { partition } of this.#given.values()) partition.share(share(aheadBytesMax), share(batchBytesMax));
    this.#session = session;
    this.#tell();
    this.#fetcher?.changed();
  }

  /**
   * Where partitions are to be read from. One of which the group has done nothing yet begins as the mapping says, and that is written there at
   * once: who begins with what is new must not begin anew with every start. Where the mapping has begun before, it is a partition that is new, or
   * one that the broker has forgotten, as it does after a week without members: all that is there comes.
   */
  async #begins(session: KafkaSession, partitions: readonly number[]): Promise<ReadonlyMap<number, bigint>> {
    const { mapping, position } = this.#opening;
    const committed = await session.committed(partitions);
    const unknown = partitions.filter((number) => !committed.has(number));
    if (unknown.length === 0) return committed;
    const hasBegun = (await position.get()) !== undefined;
    const startAt = hasBegun ? 'TRIM_HORIZON' : (mapping.order?.startAt ?? 'TRIM_HORIZON');
    const starts = await session.starts(unknown, startAt);
    const begins = new Map(
      [...starts].map(([number, at]) => [number, this.#given.get(number)?.partition.undone ?? at]),
    );
    await session.commit(begins);
    if (!hasBegun) await position.set('begun');
    return new Map([...committed, ...begins]);
  }

  #give(number: number, from: bigint, read: ReadStream): void {
    const over = new AbortController();
    const commit = async (offset: bigint): Promise<void> => await this.#commit(number, offset, over.signal);
    const partition = new Partition(
      number,
      from,
      { commit, changed: () => this.#fetcher?.changed() },
      this.#opening.ahead,
    );
    const before = this.#ending.get(number) ?? Promise.resolve();
    const ended = before.then(async () => await read(partition, over.signal));
    this.#given.set(number, { partition, over, ended });
  }

  #take(number: number): void {
    const given = this.#given.get(number);
    if (given === undefined) return;
    given.over.abort();
    this.#given.delete(number);
    const ended = given.ended.finally(() => {
      if (this.#ending.get(number) === ended) this.#ending.delete(number);
    });
    this.#ending.set(number, ended);
  }

  /** Resolves when a broker has it; where the connection is lost, with the next one. Throws where the partition was taken away. */
  async #commit(number: number, offset: bigint, over: AbortSignal): Promise<void> {
    for (;;) {
      if (over.aborted && !this.#stopping)
        throw new Error(`Partition ${number} was given to another member of the group.`);
      const session = this.#session;
      if (session === undefined) {
        if (this.#stopping) throw new Error('The connection was lost before what is done could be said.');
        await this.#changed.promise;
        continue;
      }
      try {
        return await session.commit(new Map([[number, offset]]));
      } catch (error) {
        session.fail(error);
        if (this.#session === session) this.#session = undefined;
      }
    }
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
