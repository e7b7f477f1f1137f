import type { Pgoutput } from 'pg-logical-replication';
import type { SourceRecord } from '../../source.ts';
import { lsnOf } from './replication.ts';

/** A change of a row, or a table that was emptied. */
export interface ChangeRecord extends SourceRecord {
  /** Counted from the beginning of the connection. */
  readonly number: number;
}

/** Which records belong to transactions that have ended, and up to where all is done. No I/O. */
export class Changes {
  readonly #sourceArn: string;
  /** The transaction that is being read. */
  #transaction: { readonly lsn: string; readonly xid: number; readonly at: number; count: number } | undefined;
  #number = 0;
  #done = 0;
  #ends: { readonly number: number; readonly lsn: bigint }[] = [];

  constructor(sourceArn: string) {
    this.#sourceArn = sourceArn;
  }

  /** Records that a message makes. */
  take(message: Pgoutput.Message): readonly ChangeRecord[] {
    if (message.tag === 'begin') {
      const at = Number(BigInt(String(message.commitTime)) / 1_000n);
      this.#transaction = { lsn: message.commitLsn ?? '', xid: message.xid, at, count: 0 };
    }
    if (message.tag === 'commit') {
      this.#transaction = undefined;
      this.#ends.push({ number: this.#number, lsn: lsnOf(message.commitEndLsn ?? '0/0') });
    }
    if (message.tag === 'insert') return [this.#record(message.relation, { action: 'insert', new: message.new })];
    if (message.tag === 'update')
      return [this.#record(message.relation, { action: 'update', new: message.new, ...before(message) })];
    if (message.tag === 'delete') return [this.#record(message.relation, { action: 'delete', ...before(message) })];
    if (message.tag === 'truncate')
      return message.relations.map((relation) => this.#record(relation, { action: 'truncate' }));
    return [];
  }

  /** These, and all before them, are done. */
  done(records: readonly ChangeRecord[]): void {
    this.#done = Math.max(this.#done, ...records.map(({ number }) => number));
  }

  /** The end of the last transaction of which all is done; undefined where there is no other than before. */
  confirmable(): bigint | undefined {
    let last: bigint | undefined;
    while (this.#ends[0] !== undefined && this.#ends[0].number <= this.#done) last = this.#ends.shift()?.lsn;
    return last;
  }

  /** Nothing that came is under way. */
  get allDone(): boolean {
    return this.#transaction === undefined && this.#number <= this.#done;
  }

  #record({ schema, name }: Pgoutput.MessageRelation, change: object): ChangeRecord {
    const transaction = this.#transaction;
    if (transaction === undefined) throw new Error('A change came outside of a transaction.');
    this.#number += 1;
    transaction.count += 1;
    const id = `${transaction.lsn}/${transaction.count}`;
    const wire = {
      messageId: id,
      schema,
      table: name,
      ...change,
      timestamp: new Date(transaction.at).toISOString(),
      transactionId: transaction.xid,
      eventSource: 'heddle:postgres',
      eventSourceARN: this.#sourceArn,
    };
    // As it will be sent: what has no words in JSON gets some here.
    const text = JSON.stringify(wire, (_key, value: unknown) => plain(value));
    const parsed: object = JSON.parse(text);
    return { id, wire: parsed, bytes: Buffer.byteLength(text), madeAt: transaction.at, number: this.#number };
  }
}

/** The row as it was, or its key, as far as its table's REPLICA IDENTITY says. */
function before({ old, key }: Pgoutput.MessageUpdate | Pgoutput.MessageDelete): object {
  const row = old ?? key;
  return row === null ? {} : { old: row };
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  // `bytea`: a Buffer has been made an object of by its `toJSON`.
  if (typeof value === 'object' && value !== null && Reflect.get(value, 'type') === 'Buffer') {
    const data: unknown = Reflect.get(value, 'data');
    if (Array.isArray(data)) return Buffer.from(data).toString('base64');
  }
  return value;
}
