import type { Socket } from 'node:net';
import type { Client } from 'pg';
import type { Pgoutput } from 'pg-logical-replication';
import type { ConnectionOf } from '../outside-sources.ts';

/** What the server is told at least so often, ms: it ends a connection that says nothing for a minute (`wal_sender_timeout`). */
const statusMs = 10_000;
const connectMsMax = 10_000;
/** Milliseconds from the Unix epoch to PostgreSQL's. */
const postgresEpochMs = 946_684_800_000;

/** What comes on a replication connection. All are called in the order in which the server sent it. */
export interface ReplicationListener {
  message(message: Pgoutput.Message): void;
  /** The server has nothing more up to there. */
  idle(lsn: bigint): void;
  /** Nothing more comes. Called once. */
  over(error: Error): void;
}

/** A connection on which the server sends what is committed. */
export interface Replication {
  /** All that is before `lsn` is done, and never comes again. */
  confirm(lsn: bigint): void;
  pause(): void;
  resume(): void;
  end(): void;
}

/** What of `pg`'s connection is used that its types do not tell of. */
interface RawConnection {
  readonly stream: Socket;
  on(event: 'copyData', listener: (frame: { readonly chunk: Buffer }) => void): void;
  sendCopyFromChunk(chunk: Buffer): void;
}

/** Connects as the operator says. Throws where that cannot be. */
export async function connectTo({ url, user, password }: ConnectionOf<'postgres'>, more: object = {}): Promise<Client> {
  const { default: pg } = await import('pg');
  // What the URL says wins in `pg`, also where it says nothing.
  const at = new URL(url);
  at.username = encodeURIComponent(user);
  at.password = encodeURIComponent(password ?? '');
  const client = new pg.Client({
    connectionString: at.href,
    connectionTimeoutMillis: connectMsMax,
    application_name: 'heddle',
    ...more,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/**
 * Reads a slot from what was confirmed last, by the streaming replication protocol
 * (https://www.postgresql.org/docs/current/protocol-replication.html). `pg-logical-replication` decodes; its service is not used, as that confirms
 * the byte behind what it is given, which skips a transaction whose commit begins just there.
 */
export async function replicate(
  to: ConnectionOf<'postgres'>,
  { slot, publication }: { readonly slot: string; readonly publication: string },
  listener: ReplicationListener,
): Promise<Replication> {
  const { PgoutputPlugin } = await import('pg-logical-replication');
  const plugin = new PgoutputPlugin({ protoVersion: 1, publicationNames: [publication] });
  const client = await connectTo(to, { replication: 'database' });
  const connection: RawConnection = Reflect.get(Object(client), 'connection');
  let confirmed = 0n;
  let ended = false;
  const say = (): void => {
    if (!ended && !connection.stream.destroyed) connection.sendCopyFromChunk(statusOf(confirmed, Date.now()));
  };
  const timer = setInterval(say, statusMs);
  const end = (error: unknown): void => {
    if (ended) return;
    ended = true;
    clearInterval(timer);
    connection.stream.destroy();
    listener.over(error instanceof Error ? error : new Error('The connection ended.'));
  };
  client.on('error', end);
  client.on('end', () => end(undefined));
  connection.on('copyData', ({ chunk }) => {
    if (ended) return;
    try {
      if (chunk[0] === 0x77) listener.message(plugin.parse(chunk.subarray(25)));
      if (chunk[0] !== 0x6b) return;
      listener.idle(chunk.readBigUInt64BE(1));
      if (chunk[17] === 1) say();
    } catch (error) {
      end(error);
    }
  });
  // Resolves only when it is over.
  plugin.start(client, slot, '0/0').then(end, end);
  return {
    confirm(lsn) {
      if (lsn <= confirmed) return;
      confirmed = lsn;
      say();
    },
    pause: () => void connection.stream.pause(),
    resume: () => void connection.stream.resume(),
    end: () => end(undefined),
  };
}

/** A standby's status: written, flushed and applied up to `lsn`. */
function statusOf(lsn: bigint, nowMs: number): Buffer {
  const status = Buffer.alloc(34);
  status[0] = 0x72;
  for (const at of [1, 9, 17]) status.writeBigUInt64BE(lsn, at);
  status.writeBigInt64BE(BigInt(nowMs - postgresEpochMs) * 1_000n, 25);
  return status;
}

/** `16/B374D848` as a number. */
export function lsnOf(text: string): bigint {
  const [upper = '0', lower = '0'] = text.split('/');
  return (BigInt(`0x${upper}`) << 32n) | BigInt(`0x${lower}`);
}
