import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ObjectInfo, ObjectStore } from '@nats-io/obj';
import { ClusterUnavailableError, type LogPosition } from '../contract.ts';
import { openObjects } from '../nats/objects.ts';
import { logLimits } from './log-limits.ts';
import { answered, type LogStream } from './log-stream.ts';
import { untilSilent, within } from './until-silent.ts';

/** Of a snapshot's name: what follows is the position, with as many digits as any has. */
const digits = 20;

/** Snapshots of the state that a log leads to, in an object store, each with the position up to which it is. */
export class LogSnapshots {
  readonly #stream: LogStream;
  readonly #bucket: ObjectStore;

  private constructor(stream: LogStream, bucket: ObjectStore) {
    this.#stream = stream;
    this.#bucket = bucket;
  }

  /** Makes their bucket where it is not there. Throws ClusterUnavailableError. */
  static async open(stream: LogStream, replicas: number): Promise<LogSnapshots> {
    return await answered(`The snapshots of the log ${stream.name} could not be opened`, async () => {
      const bucket = await openObjects(stream.connection, `${stream.name}_SNAPSHOTS`, replicas);
      return new LogSnapshots(stream, bucket);
    });
  }

  /** Keeps one, and lets the log forget what is before the one before it. The client checks its SHA-256 when it is read. */
  async save(file: string, position: LogPosition): Promise<void> {
    try {
      const { size } = await stat(file);
      const name = nameOf(position);
      await this.#bucket.put({ name, metadata: { position: `${position}`, bytes: `${size}` } }, webStream(file));
      await this.#forgetOld();
    } catch (cause) {
      throw unavailable(`The snapshot of the log ${this.#stream.name} at ${position} could not be kept`, cause);
    }
  }

  /** Brings the newest that is whole. */
  async load(file: string): Promise<LogPosition | undefined> {
    let failure: unknown;
    for (const info of await this.#newestFirst()) {
      try {
        const found = await this.#bucket.get(info.name);
        if (found === null) continue;
        const chunks = untilSilent(Readable.fromWeb(found.data), logLimits.chunkMsMax);
        await pipeline(chunks, createWriteStream(file, { mode: 0o600 }));
        const error = await found.error;
        // It is undefined where there is none, in 3.4.
        if (error instanceof Error) throw error;
        return positionOf(info);
      } catch (error) {
        failure = error;
      }
    }
    if (failure !== undefined) throw unavailable(`No snapshot of the log ${this.#stream.name} could be read`, failure);
    return undefined;
  }

  async #forgetOld(): Promise<void> {
    const all = await this.#newestFirst();
    for (const { name } of all.slice(logLimits.snapshots)) await this.#bucket.delete(name);
    const oldest = all[logLimits.snapshots - 1];
    if (oldest !== undefined) await this.#stream.trim(positionOf(oldest) + 1n);
  }

  async #newestFirst(): Promise<readonly ObjectInfo[]> {
    // The servers may choose one that has just died to list them.
    const all = await answered(`The snapshots of the log ${this.#stream.name} could not be listed`, () =>
      within(this.#bucket.list(), logLimits.chunkMsMax),
    );
    return all.filter(({ deleted }) => !deleted).toSorted((a, b) => (a.name < b.name ? 1 : -1));
  }
}

function nameOf(position: LogPosition): string {
  return String(position).padStart(digits, '0');
}

function positionOf({ name }: ObjectInfo): LogPosition {
  return BigInt(name);
}

async function* chunksOf(file: string): AsyncGenerator<Uint8Array> {
  for await (const chunk of createReadStream(file)) if (chunk instanceof Uint8Array) yield chunk;
}

function webStream(file: string): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunksOf(file));
}

function unavailable(what: string, cause: unknown): ClusterUnavailableError {
  return new ClusterUnavailableError(`${what}: ${String(cause)}`, { cause });
}
