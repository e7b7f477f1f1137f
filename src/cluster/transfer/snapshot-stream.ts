import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { createInbox, type NatsConnection } from '@nats-io/nats-core';

/** A server that says nothing for so long has stopped, ms. */
const silenceMsMax = 60_000;
/** Of one message of a snapshot, bytes. */
const chunkBytes = 131_072;

/** What was taken of a stream of JetStream. */
export interface TakenStream {
  readonly name: string;
  /** As the server gives it, and takes it back. */
  readonly config: Record<string, unknown>;
  readonly state: Record<string, unknown>;
  readonly bytes: number;
  /** Of the file, hex. */
  readonly sha256: string;
}

/**
 * Writes a stream into a file as the server packs it, all of one moment; without those who read it. JetStream API, `STREAM.SNAPSHOT` (ADR-1 and the server's `jetstream_api.go`): each message waits until the one before was
 * acknowledged, and an empty one is the end. Throws where the server refuses, or stops in the middle.
 */
export async function takeStream(connection: NatsConnection, name: string, file: string): Promise<TakenStream> {
  const inbox = createInbox();
  const chunks = connection.subscribe(inbox, { timeout: silenceMsMax });
  try {
    const answer = await ask(connection, `$JS.API.STREAM.SNAPSHOT.${name}`, {
      deliver_subject: inbox,
      no_consumers: true,
      chunk_size: chunkBytes,
      jsck: true,
    });
    const hash = createHash('sha256');
    let bytes = 0;
    await using out = await open(file, 'wx', 0o600);
    for await (const chunk of chunks) {
      if (chunk.data.length === 0) {
        const { headers } = chunk;
        if (headers !== undefined && headers.code >= 400)
          throw new Error(
            `The server stopped in the middle of the stream ${name}: ${headers.code} ${headers.description}`,
          );
        await out.sync();
        return { name, ...parts(answer, name), bytes, sha256: hash.digest('hex') };
      }
      await out.write(chunk.data);
      hash.update(chunk.data);
      bytes += chunk.data.length;
      chunk.respond();
    }
    throw new Error(`The connection ended in the middle of the stream ${name}.`);
  } finally {
    chunks.unsubscribe();
  }
}

/** Puts a stream back that is not there. Throws where it is, or the server finds that something is missing in it. */
export async function putStream(
  connection: NatsConnection,
  taken: Pick<TakenStream, 'name' | 'config' | 'state'>,
  file: AsyncIterable<Uint8Array>,
): Promise<void> {
  const { name, config, state } = taken;
  const answer = await ask(connection, `$JS.API.STREAM.RESTORE.${name}`, { config, state });
  const to = answer['deliver_subject'];
  if (typeof to !== 'string') throw new Error(`The server does not say where the stream ${name} is to be put.`);
  const options = { timeout: silenceMsMax };
  for await (const chunk of file)
    for (let at = 0; at < chunk.length; at += chunkBytes)
      refusal(
        await connection.request(to, chunk.subarray(at, at + chunkBytes), options),
        `put the stream ${name} back`,
      );
  refusal(await connection.request(to, new Uint8Array(), options), `put the stream ${name} back`);
}

async function ask(connection: NatsConnection, subject: string, body: object): Promise<Record<string, unknown>> {
  const answer = await connection.request(subject, JSON.stringify(body), { timeout: silenceMsMax });
  return refusal(answer, `answer ${subject}`) ?? {};
}

/** The answer, where it is one; undefined where it is empty. Throws what it refuses. */
function refusal(answer: { readonly data: Uint8Array }, what: string): Record<string, unknown> | undefined {
  if (answer.data.length === 0) return undefined;
  const value: unknown = JSON.parse(Buffer.from(answer.data).toString('utf8'));
  if (!isRecord(value)) throw new Error(`NATS did not ${what}: its answer is no object.`);
  const { error } = value;
  if (!isRecord(error)) return value;
  throw new Error(`NATS did not ${what}: ${String(error['description'])} (${String(error['err_code'])})`);
}

function parts(answer: Record<string, unknown>, name: string): Pick<TakenStream, 'config' | 'state'> {
  const { config, state } = answer;
  if (!isRecord(config) || !isRecord(state)) throw new Error(`NATS does not say what the stream ${name} is like.`);
  return { config, state };
}

/** Whether a value that was parsed from JSON is an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
