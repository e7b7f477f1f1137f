import { setTimeout as wait } from 'node:timers/promises';
import type { Client } from 'pg';
import type { ReceiveRequest, StreamSource } from '../../source.ts';
import { refusedSource } from '../connections.ts';
import type { ConnectionOf, Opening, OutsideClient } from '../outside-sources.ts';
import { Waiting } from '../waiting.ts';
import { Changes, type ChangeRecord } from './changes.ts';
import { connectTo, replicate, type Replication } from './replication.ts';

/** What lies here that no function has yet, bytes of records. */
const aheadBytesMax = 8_388_608;
/** A slot that was read a moment ago is given free when the server sees that its reader is gone. */
const dropTriesMax = 20;
const dropPauseMs = 500;

/** Changes of the tables of a publication, by logical replication: `arn:aws:heddle-source:::NAME/PUBLICATION`. */
export const postgresClient: OutsideClient<'postgres'> = {
  async check({ to, what, mapping }) {
    if (mapping.order?.startAt !== 'LATEST')
      throw refusedSource(
        'StartingPosition must be LATEST for PostgreSQL: what was committed before the mapping was made is not kept for it.',
      );
    const refuse = (error: unknown): never => {
      const words = error instanceof Error ? error.message : String(error);
      throw refusedSource(`${mapping.sourceArn} could not be looked at: ${words}`, error);
    };
    await using session = await sessionOf(to).catch(refuse);
    const { rows } = await session.client
      .query(
        "SELECT current_setting('wal_level') AS level, EXISTS (SELECT FROM pg_publication WHERE pubname = $1) AS there",
        [what],
      )
      .catch(refuse);
    const [found] = rows;
    if (found?.level !== 'logical')
      throw refusedSource(`${mapping.sourceArn} cannot be read: wal_level is ${found?.level}; it should be logical.`);
    if (found?.there !== true || what.includes("'") || what.includes(','))
      throw refusedSource(`There is no publication ${what}. To make it: CREATE PUBLICATION ${what} FOR TABLE …`);
  },
  async open(opening) {
    const source = new PostgresStream(opening);
    await source.begin();
    return source;
  },
  async kept({ to, mapping }) {
    await using session = await sessionOf(to);
    const slot = slotOf(mapping.uuid);
    const { rows } = await session.client.query(
      `SELECT coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::float8 AS bytes, wal_status
       FROM pg_replication_slots WHERE slot_name = $1`,
      [slot],
    );
    const [found] = rows;
    if (found === undefined) return undefined;
    const problem = endangered[String(found.wal_status)];
    const what = `write-ahead log for the replication slot ${slot}`;
    return {
      bytes: Number(found.bytes),
      what,
      ...(problem !== undefined && { problem: `The replication slot ${slot} ${problem}` }),
    };
  },
  async forget({ to, mapping }) {
    await using session = await sessionOf(to);
    for (let tries = 1; ; tries++)
      try {
        await session.client.query(
          'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1',
          [slotOf(mapping.uuid)],
        );
        return;
      } catch (error) {
        if (tries >= dropTriesMax || !/is active/.test(String(error))) throw error;
        await wait(dropPauseMs);
      }
  },
};

/** By `wal_status`: what `max_slot_wal_keep_size` makes of a slot that keeps too much. */
const endangered: Readonly<Record<string, string>> = {
  unreserved:
    'keeps more write-ahead log than max_slot_wal_keep_size allows, and ends with the next checkpoint unless its mapping catches up.',
  lost: 'kept more write-ahead log than max_slot_wal_keep_size allows, and was ended by the server: what was not read by then is lost. To go on without that, make the mapping anew.',
};

interface Reading {
  readonly replication: Replication;
  readonly changes: Changes;
  readonly waiting: Waiting<ChangeRecord>;
}

class PostgresStream implements StreamSource<ChangeRecord> {
  readonly kind = 'stream';
  readonly readsAhead = true;
  readonly #opening: Opening<'postgres'>;
  #reading: Reading | undefined;

  constructor(opening: Opening<'postgres'>) {
    this.#opening = opening;
  }

  /** Throws where it cannot be read. */
  async begin(): Promise<Reading> {
    const { to, what, mapping } = this.#opening;
    await ensureSlot(this.#opening);
    const changes = new Changes(mapping.sourceArn);
    const waiting = new Waiting<ChangeRecord>(this.#opening.ahead);
    const started: { replication?: Replication } = {};
    const confirm = (lsn: bigint | undefined): void => {
      if (lsn !== undefined) started.replication?.confirm(lsn);
    };
    const replication = await replicate(
      to,
      { slot: slotOf(mapping.uuid), publication: what },
      {
        message(message) {
          for (const record of changes.take(message)) waiting.put(record, record.bytes);
          if (message.tag === 'commit') confirm(changes.confirmable());
          if (waiting.isFull(aheadBytesMax)) started.replication?.pause();
        },
        // Tables of which nobody wants to know fill the disk as well, as long as nobody says that they are done with.
        idle: (lsn) => confirm(changes.allDone ? lsn : undefined),
        over: (error) => waiting.fail(error),
      },
    );
    started.replication = replication;
    const reading = { replication, changes, waiting };
    this.#reading = reading;
    return reading;
  }

  async receive({ max, waitMs, signal }: ReceiveRequest): Promise<readonly ChangeRecord[]> {
    const { waiting, replication } = this.#reading ?? (await this.begin());
    const found = await waiting.take(max, waitMs, signal);
    if (!waiting.isFull(aheadBytesMax)) replication.resume();
    return found;
  }

  rewind(): void {
    this.#reading?.replication.end();
    this.#reading?.waiting.fail(new Error('It is not read any more.'));
    this.#reading = undefined;
  }

  async done(records: readonly ChangeRecord[]): Promise<void> {
    const reading = this.#reading;
    if (reading === undefined) throw new Error('The connection was lost before what is done could be confirmed.');
    reading.changes.done(records);
    const lsn = reading.changes.confirmable();
    if (lsn !== undefined) reading.replication.confirm(lsn);
  }

  async close(): Promise<void> {
    this.rewind();
  }
}

/** The mapping's own slot keeps what is not confirmed. One that was there and is gone has lost what came since: nobody may think that all is well. */
async function ensureSlot({ to, mapping, position }: Opening<'postgres'>): Promise<void> {
  await using session = await sessionOf(to);
  const slot = slotOf(mapping.uuid);
  const { rows } = await session.client.query('SELECT FROM pg_replication_slots WHERE slot_name = $1', [slot]);
  const begun = (await position.get()) !== undefined;
  if (rows.length === 0 && begun)
    throw new Error(
      `The replication slot ${slot} is gone, and with it what was committed since. To go on without that, make the mapping anew.`,
    );
  if (rows.length === 0)
    await session.client.query("SELECT FROM pg_create_logical_replication_slot($1, 'pgoutput')", [slot]);
  if (!begun) await position.set('begun');
}

async function sessionOf(to: ConnectionOf<'postgres'>): Promise<AsyncDisposable & { readonly client: Client }> {
  const client = await connectTo(to, { statement_timeout: 60_000 });
  return { client, [Symbol.asyncDispose]: async () => await client.end() };
}

function slotOf(uuid: string): string {
  return `heddle_${uuid.replaceAll('-', '_')}`;
}
