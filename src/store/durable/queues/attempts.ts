import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { AtTime, ReceiveAsk, ReceivedMessage } from '../contracts/queues.ts';
import { messageFrom, type Messages } from './messages.ts';
import { receivedFrom } from './receiving.ts';
import { text, type Row } from './rows.ts';
import { inFlight } from './schema.ts';

type Attempt = NonNullable<ReceiveAsk['attempt']>;

const forgottenMax = 20;

/** What was received under an attempt's id: a client whose answer was lost asks again by it, and gets the same. */
export class Attempts {
  readonly #messages: Messages;
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #forget: StatementSync;
  readonly #whole: StatementSync;

  constructor(database: DatabaseSync, messages: Messages) {
    this.#messages = messages;
    this.#get = database.prepare('SELECT receipts FROM receive_attempts WHERE queue = ? AND id = ? AND until > ?');
    this.#put = database.prepare(
      'INSERT INTO receive_attempts VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET until = excluded.until, receipts = excluded.receipts',
    );
    this.#forget = database.prepare(
      `DELETE FROM receive_attempts WHERE (queue, id) IN
       (SELECT queue, id FROM receive_attempts WHERE until <= ? ORDER BY until LIMIT ?)`,
    );
    this.#whole = database.prepare(
      'SELECT m.*, c.* FROM messages m CROSS JOIN message_contents c ON c.id = m.seq WHERE m.queue = ? AND m.seq = ?',
    );
  }

  /** The messages of an attempt that nobody has touched since; they stay invisible for as long again. */
  again({ queue, now, visibilityMs }: AtTime<ReceiveAsk>, { id }: Attempt): readonly ReceivedMessage[] {
    const row = this.#get.get(queue.id, id, now);
    if (row === undefined) return [];
    const held = receiptsIn(row).map(([seq, receives]) => ({ row: this.#whole.get(queue.id, seq), receives }));
    return held.flatMap(({ row: found, receives }) => {
      if (found === undefined) return [];
      const message = messageFrom(found);
      if (message.state !== inFlight || message.receives !== receives) return [];
      this.#messages.postpone(message, now + visibilityMs);
      return [receivedFrom(found, receives, now)];
    });
  }

  remember({ queue, now }: AtTime<ReceiveAsk>, { id, ms }: Attempt, got: readonly ReceivedMessage[]): void {
    this.#forget.run(now, forgottenMax);
    if (got.length === 0) return;
    const receipts = JSON.stringify(got.map(({ sequence, receives }) => [sequence, receives]));
    this.#put.run(queue.id, id, now + ms, receipts);
  }

  /** Gives how many there were. */
  forget({ now, max }: AtTime<{ readonly max: number }>): number {
    return Number(this.#forget.run(now, max).changes);
  }
}

function receiptsIn(row: Row): readonly (readonly [seq: number, receives: number])[] {
  const receipts: readonly (readonly [number, number])[] = JSON.parse(text(row, 'receipts'));
  return receipts;
}
