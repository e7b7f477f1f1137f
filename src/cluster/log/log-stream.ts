import { setTimeout as wait } from 'node:timers/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { JetStreamClient, JetStreamManager, StreamConfig } from '@nats-io/jetstream';
import { headers, nanos, type NatsConnection } from '@nats-io/nats-core';
import { ClusterUnavailableError, type LogPosition } from '../contract.ts';
import { apiCodeOf, apiCodes } from '../nats/api-codes.ts';
import { logLimits } from './log-limits.ts';
import type { LogMessage } from './parts.ts';

/** Between two attempts, ms. */
const againMs = 100;

/** What a log is opened with. */
export interface LogOptions {
  readonly connection: NatsConnection;
  /** Of its stream: letters, digits, `-` and `_`. */
  readonly name: string;
  /** Servers that have it. */
  readonly replicas: number;
  readonly bytesMax?: number;
  /** Told why it cannot be read now, where that mends itself. */
  readonly report?: (error: unknown) => void;
}

/** Does what may be done again until it is answered: a stream has no leader in its first moments. Throws ClusterUnavailableError after a while, with `what` failed. */
export async function answered<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  const deadline = performance.now() + logLimits.openMsMax;
  for (;;) {
    try {
      return await work();
    } catch (cause) {
      if (performance.now() > deadline) throw new ClusterUnavailableError(`${what}: ${String(cause)}`, { cause });
      await wait(againMs);
    }
  }
}

/** The stream that a log lies in. Its first message is no entry: servers before 2.11 do not check that a stream is expected to be empty. */
export class LogStream {
  readonly name: string;
  readonly subject: string;
  readonly connection: NatsConnection;
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
  readonly report: (error: unknown) => void;
  /** Position of the message that is no entry. */
  readonly origin: LogPosition = 1n;

  private constructor({ connection, name, report }: LogOptions, manager: JetStreamManager) {
    this.report = report ?? ((): void => undefined);
    this.connection = connection;
    this.name = name;
    this.subject = subjectOf(name);
    this.client = jetstream(connection);
    this.manager = manager;
  }

  /** Makes it where it is not there; several hosts may at once. Throws ClusterUnavailableError where nobody can tell. */
  static async open(options: LogOptions): Promise<LogStream> {
    const { connection, name } = options;
    return await answered(`The log ${name} could not be opened`, async () => {
      const manager = await jetstreamManager(connection, { checkAPI: false });
      await ensureStream(manager, options);
      const stream = new LogStream(options, manager);
      await stream.#ensureOrigin();
      return stream;
    });
  }

  /** The message at a position, by the leader's word; undefined where it has none. */
  async at(position: LogPosition): Promise<LogMessage | undefined> {
    return await this.#read({ seq: Number(position) });
  }

  async last(): Promise<LogMessage | undefined> {
    return await this.#read({ last_by_subj: this.subject });
  }

  /** Positions of the first and the last message; the first is one more than the last where there is none. */
  async bounds(): Promise<{ readonly first: LogPosition; readonly last: LogPosition }> {
    const { state } = await this.manager.streams.info(this.name);
    return { first: BigInt(state.first_seq), last: BigInt(state.last_seq) };
  }

  /** Forgets what is before a position. */
  async trim(before: LogPosition): Promise<void> {
    await this.manager.streams.purge(this.name, { seq: Number(before) });
  }

  async #read(which: { readonly seq: number } | { readonly last_by_subj: string }): Promise<LogMessage | undefined> {
    try {
      const found = await this.manager.streams.getMessage(this.name, which);
      if (found === null) return undefined;
      return { position: BigInt(found.seq), headers: found.header, data: found.data };
    } catch (error) {
      if (apiCodeOf(error) === apiCodes.noMessage) return undefined;
      throw error;
    }
  }

  async #ensureOrigin(): Promise<void> {
    const { last } = await this.bounds();
    if (last >= this.origin) return;
    const fields = headers();
    fields.set('Heddle-Log', this.name);
    try {
      await this.client.publish(this.subject, new Uint8Array(), {
        headers: fields,
        expect: { lastSubjectSequence: 0 },
      });
    } catch (error) {
      if (apiCodeOf(error) !== apiCodes.wrongLastSequence) throw error;
    }
  }
}

async function ensureStream(manager: JetStreamManager, options: LogOptions): Promise<void> {
  const { name, replicas, bytesMax = logLimits.logBytesMax } = options;
  const config: Partial<StreamConfig> & { name: string } = {
    name,
    subjects: [subjectOf(name)],
    storage: 'file',
    num_replicas: replicas,
    retention: 'limits',
    discard: 'new',
    deny_delete: true,
    max_bytes: bytesMax,
    duplicate_window: nanos(logLimits.duplicatesMs),
    // Whoever reads a single message asks the leader: what it says decides.
    allow_direct: false,
  };
  try {
    await manager.streams.add(config);
  } catch (error) {
    // It is there, made by another with other bounds.
    const there = await manager.streams.info(name).catch(() => undefined);
    if (there === undefined) throw error;
    // What has more replicas than this host asks for keeps them.
    const most = Math.max(replicas, there.config.num_replicas);
    if (there.config.max_bytes === bytesMax && there.config.num_replicas === most) return;
    await manager.streams.update(name, { max_bytes: bytesMax, num_replicas: most });
  }
}

function subjectOf(name: string): string {
  return `heddle.log.${name}`;
}
