import type { ConsumerMessages, JetStreamManager, JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { ReceiveRequest, SourceRecord, StreamSource } from '../source.ts';
import { refusedSource } from './connections.ts';
import { consumerName, consumerOf, namesIn } from './nats-consumer.ts';
import { Waiting } from './waiting.ts';
import type { ConnectionOf, Opening, OutsideClient } from './outside-sources.ts';

interface NatsRecord extends SourceRecord {
  readonly message: JsMsg;
}

/** What lies here that no function has yet, bytes. */
const aheadBytesMax = 8_388_608;
const connectMsMax = 10_000;

/** Streams of NATS JetStream: `arn:aws:heddle-source:::NAME/STREAM`, or `…/STREAM/SUBJECT` for some of it. */
export const natsClient: OutsideClient<'nats'> = {
  async check({ to, what, mapping }) {
    const connection = await connectTo(to).catch((error: unknown) => {
      throw refusedSource(`${mapping.sourceArn} could not be reached: ${wordsOf(error)}`, error);
    });
    try {
      const { stream } = namesIn(what);
      await (await managerOf(connection)).streams.info(stream);
    } catch (error) {
      throw refusedSource(`${mapping.sourceArn} could not be looked at: ${wordsOf(error)}`, error);
    } finally {
      await connection.close();
    }
  },
  open: async (opening) => {
    const source = new NatsStream(opening);
    await source.begin();
    return source;
  },
  async forget({ to, what, mapping }) {
    const connection = await connectTo(to);
    try {
      await (await managerOf(connection)).consumers.delete(namesIn(what).stream, consumerName(mapping.uuid));
    } finally {
      await connection.close();
    }
  },
};

interface Session {
  readonly connection: NatsConnection;
  readonly messages: ConsumerMessages;
  readonly waiting: Waiting<JsMsg>;
  /** Rejects when the connection is closed. */
  readonly lost: Promise<never>;
}

function lostError(cause?: unknown): Error {
  return new Error('The connection was lost before what is done could be acknowledged.', { cause });
}

class NatsStream implements StreamSource<NatsRecord> {
  readonly kind = 'stream';
  readonly readsAhead = true;
  readonly #opening: Opening<'nats'>;
  #session: Session | undefined;
  #closed = false;

  constructor(opening: Opening<'nats'>) {
    this.#opening = opening;
  }

  /** Throws where it is not there, or cannot be reached. */
  async begin(): Promise<Session> {
    const { to, what, mapping, position } = this.#opening;
    const connection = await connectTo(to);
    try {
      const consumer = await consumerOf(await managerOf(connection), what, mapping, position);
      const messages = await consumer.consume({ max_bytes: aheadBytesMax });
      const waiting = new Waiting<JsMsg>(this.#opening.ahead);
      void passOn(messages, waiting);
      const lost = connection.closed().then((error): never => {
        waiting.fail(error ?? new Error('The connection is closed.'));
        throw lostError(error);
      });
      lost.catch(() => undefined);
      const session = { connection, messages, waiting, lost };
      this.#session = session;
      if (this.#closed) await end(session);
      return session;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  async receive({ max, waitMs, signal }: ReceiveRequest): Promise<readonly NatsRecord[]> {
    const { waiting } = this.#session ?? (await this.begin());
    const found = await waiting.take(max, waitMs, signal);
    return found.map((message) => recordOf(message, this.#opening.mapping.sourceArn));
  }

  rewind(): void {
    const session = this.#session;
    this.#session = undefined;
    if (session !== undefined) void end(session);
  }

  async done(records: readonly NatsRecord[]): Promise<void> {
    const session = this.#session;
    if (session === undefined || session.connection.isClosed()) throw lostError();
    for (const { message } of records) message.ack();
    // By itself it would wait for ever for a connection that is lost meanwhile.
    await Promise.race([session.connection.flush(), session.lost]);
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#session !== undefined) await end(this.#session);
  }
}

async function passOn(messages: ConsumerMessages, waiting: Waiting<JsMsg>): Promise<void> {
  try {
    for await (const message of messages) {
      await waiting.room(aheadBytesMax);
      waiting.put(message, message.data.length);
    }
    waiting.fail(new Error('The consumer of the stream ended.'));
  } catch (error) {
    waiting.fail(error);
  }
}

async function end({ connection, messages, waiting }: Session): Promise<void> {
  waiting.fail(new Error('It is not read any more.'));
  messages.stop();
  await connection.close().catch(() => undefined);
}

/** A connection that is lost is not mended, but made anew by whoever reads: what was under way on it would be missed. */
async function connectTo({ url, user, password, token }: ConnectionOf<'nats'>): Promise<NatsConnection> {
  const { host, protocol } = new URL(url);
  const { connect } = await import('@nats-io/transport-node');
  return await connect({
    servers: host,
    ...(protocol === 'tls:' && { tls: {} }),
    reconnect: false,
    timeout: connectMsMax,
    name: 'heddle',
    ...(user !== undefined && { user }),
    ...(password !== undefined && { pass: password }),
    ...(token !== undefined && { token }),
  });
}

async function managerOf(connection: NatsConnection): Promise<JetStreamManager> {
  const { jetstreamManager } = await import('@nats-io/jetstream');
  return await jetstreamManager(connection, { checkAPI: false });
}

function recordOf(message: JsMsg, eventSourceARN: string): NatsRecord {
  const { data, headers, subject, seq, time } = message;
  const text = textOf(data);
  const wire = {
    messageId: String(seq),
    subject,
    body: text ?? Buffer.from(data).toString('base64'),
    isBase64Encoded: text === undefined,
    headers: Object.fromEntries((headers?.keys() ?? []).map((key) => [key, headers?.values(key) ?? []])),
    timestamp: time.toISOString(),
    deliveryCount: message.info.deliveryCount,
    eventSource: 'heddle:nats',
    eventSourceARN,
  };
  return {
    id: String(seq),
    wire,
    bytes: Buffer.byteLength(JSON.stringify(wire)),
    madeAt: time.getTime(),
    message,
  };
}

/** Undefined where it is no UTF-8. */
function textOf(data: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    return undefined;
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
