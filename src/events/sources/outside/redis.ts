import type { ReceiveRequest, SourceRecord, StreamSource } from '../source.ts';
import { refusedSource } from './connections.ts';
import type { ConnectionOf, Opening, OutsideClient } from './outside-sources.ts';

/** Entries that are read at a time: Redis bounds what it gives by number only. */
const readMax = 100;
const connectMsMax = 10_000;
/** The only one of its group: one reader at a time, whose name stays the same, finds what the one before it had and did not do. */
const consumer = 'heddle';

/** Streams of Redis: `arn:aws:heddle-source:::NAME/KEY`. */
export const redisClient: OutsideClient<'redis'> = {
  async check({ to, what, mapping }) {
    const client = await connectTo(to).catch((error: unknown) => {
      throw refusedSource(`${mapping.sourceArn} could not be reached: ${wordsOf(error)}`, error);
    });
    try {
      const type: unknown = await client.sendCommand(['TYPE', what]);
      if (type !== 'stream')
        throw refusedSource(`${mapping.sourceArn} should be a stream; the type of the key ${what} is ${String(type)}.`);
    } finally {
      client.destroy();
    }
  },
  async open(opening) {
    const source = new RedisStream(opening);
    await source.begin();
    return source;
  },
  async forget({ to, what, mapping }) {
    const client = await connectTo(to);
    try {
      await client.sendCommand(['XGROUP', 'DESTROY', what, groupName(mapping.uuid)]).catch((error: unknown) => {
        // The whole stream is gone.
        if (!/requires the key to exist/.test(wordsOf(error))) throw error;
      });
    } finally {
      client.destroy();
    }
  },
};

class RedisStream implements StreamSource {
  readonly kind = 'stream';
  readonly #opening: Opening<'redis'>;
  readonly #group: string;
  #client: Client | undefined;
  /** What was given to this group and is not done is read first, from this id on; `>`: what is new. */
  #from = '0';

  constructor(opening: Opening<'redis'>) {
    this.#opening = opening;
    this.#group = groupName(opening.mapping.uuid);
  }

  /** Throws where it is not there, or cannot be reached. */
  async begin(): Promise<Client> {
    const { to, what, mapping, position } = this.#opening;
    const client = await connectTo(to);
    try {
      // A group that was there and is gone went with its stream: all that is in the new one is new.
      const start = (await position.get()) === undefined ? startOf(mapping.order?.startAt) : '0';
      const made = await client.sendCommand(['XGROUP', 'CREATE', what, this.#group, start]).catch((error: unknown) => {
        if (!/BUSYGROUP/.test(wordsOf(error))) throw error;
      });
      if (made !== undefined) await position.set('begun');
    } catch (error) {
      client.destroy();
      throw error;
    }
    this.#client = client;
    this.#from = '0';
    return client;
  }

  async receive(how: ReceiveRequest): Promise<readonly SourceRecord[]> {
    const client = this.#client ?? (await this.begin());
    if (this.#from !== '>') {
      const left = await this.#read(client, how, this.#from);
      this.#from = left.at(-1)?.id ?? '>';
      const there = left.filter(({ fields }) => fields !== undefined);
      // What was deleted meanwhile is over.
      await this.#acknowledge(
        client,
        left.filter(({ fields }) => fields === undefined).map(({ id }) => id),
      );
      if (left.length > 0) return there.length > 0 ? this.#records(there) : await this.receive(how);
    }
    return this.#records(await this.#read(client, how, '>'));
  }

  rewind(): void {
    this.#client?.destroy();
    this.#client = undefined;
  }

  async done(records: readonly SourceRecord[]): Promise<void> {
    const client = this.#client;
    if (client === undefined) throw new Error('The connection was lost before what is done could be acknowledged.');
    await this.#acknowledge(
      client,
      records.map(({ id }) => id),
    );
  }

  async close(): Promise<void> {
    this.rewind();
  }

  async #acknowledge(client: Client, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await client.sendCommand(['XACK', this.#opening.what, this.#group, ...ids]);
  }

  async #read(client: Client, { max, waitMs, signal }: ReceiveRequest, from: string): Promise<readonly Entry[]> {
    const count = ['COUNT', String(Math.min(max, readMax))];
    // 0 would be for ever.
    const block = from === '>' && waitMs > 0 ? ['BLOCK', String(Math.max(1, Math.ceil(waitMs)))] : [];
    const args = ['GROUP', this.#group, consumer, ...count, ...block, 'STREAMS', this.#opening.what, from];
    const reading = client.sendCommand(['XREADGROUP', ...args]);
    if (block.length === 0) return entriesOf(await reading);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const over = (): void => resolve(undefined);
    signal.addEventListener('abort', over);
    if (signal.aborted) over();
    try {
      // What it gives after that is read again by the next: nobody has acknowledged it.
      reading.catch(() => undefined);
      return entriesOf(await Promise.race([reading, promise]));
    } finally {
      signal.removeEventListener('abort', over);
    }
  }

  #records(entries: readonly Entry[]): readonly SourceRecord[] {
    return entries.flatMap(({ id, fields }) => {
      if (fields === undefined) return [];
      const madeAt = Number(id.split('-')[0]);
      const wire = {
        messageId: id,
        fields,
        timestamp: new Date(madeAt).toISOString(),
        eventSource: 'heddle:redis',
        eventSourceARN: this.#opening.mapping.sourceArn,
      };
      return [{ id, wire, bytes: Buffer.byteLength(JSON.stringify(wire)), madeAt }];
    });
  }
}

interface Entry {
  readonly id: string;
  /** Undefined where it was deleted. */
  readonly fields: Readonly<Record<string, string>> | undefined;
}

/** Of `[[key, [[id, [field, value, …] | null], …]]]`, or null (https://redis.io/docs/latest/commands/xreadgroup/). */
function entriesOf(reply: unknown): readonly Entry[] {
  if (!Array.isArray(reply)) return [];
  const [, entries]: readonly unknown[] = Array.isArray(reply[0]) ? reply[0] : [];
  if (!Array.isArray(entries)) return [];
  return entries.map((entry: unknown) => {
    const [id, pairs]: readonly unknown[] = Array.isArray(entry) ? entry : [];
    const texts = Array.isArray(pairs) ? pairs.map(String) : undefined;
    const fields = texts?.flatMap((name, n) => (n % 2 === 0 ? [[name, texts[n + 1] ?? ''] as const] : []));
    return { id: String(id), fields: fields && Object.fromEntries(fields) };
  });
}

/** One that is lost is made anew by whoever reads. */
// oxlint-disable-next-line typescript/explicit-function-return-type -- its type is what the options make it
async function connectTo({ url, user, password }: ConnectionOf<'redis'>) {
  const { createClient } = await import('@redis/client');
  const client = createClient({
    url,
    RESP: 2,
    name: 'heddle',
    ...(user !== undefined && { username: user }),
    ...(password !== undefined && { password }),
    socket: { reconnectStrategy: false, connectTimeout: connectMsMax },
  });
  // Whoever waits for an answer is told; without a listener the process would end.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

type Client = Awaited<ReturnType<typeof connectTo>>;

function groupName(uuid: string): string {
  return `heddle-${uuid}`;
}

/** The id of the last entry that is not read. */
function startOf(startAt: 'TRIM_HORIZON' | 'LATEST' | { readonly timestamp: number } = 'TRIM_HORIZON'): string {
  if (typeof startAt === 'object') return `${Math.max(0, Math.ceil(startAt.timestamp) - 1)}-18446744073709551615`;
  return startAt === 'LATEST' ? '$' : '0';
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
