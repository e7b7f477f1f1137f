import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { integer, text } from './rows.ts';

/** Message groups of FIFO queues: which is free to be received from, and with which message it begins. */
export class Groups {
  readonly #join: StatementSync;
  readonly #fly: StatementSync;
  readonly #get: StatementSync;
  readonly #head: StatementSync;
  readonly #set: StatementSync;
  readonly #remove: StatementSync;
  readonly #free: StatementSync;

  constructor(database: DatabaseSync) {
    this.#join = database.prepare('INSERT INTO message_groups VALUES (?, ?, ?, 0) ON CONFLICT DO NOTHING');
    this.#fly = database.prepare(
      'UPDATE message_groups SET in_flight = in_flight + ? WHERE queue = ? AND group_id = ?',
    );
    this.#get = database.prepare('SELECT head, in_flight FROM message_groups WHERE queue = ? AND group_id = ?');
    this.#head = database.prepare('SELECT min(seq) AS seq FROM messages WHERE queue = ? AND group_id = ?');
    this.#set = database.prepare('UPDATE message_groups SET head = ?, in_flight = ? WHERE queue = ? AND group_id = ?');
    this.#remove = database.prepare('DELETE FROM message_groups WHERE queue = ? AND group_id = ?');
    this.#free = database.prepare(
      'SELECT group_id, head FROM message_groups WHERE queue = ? AND in_flight = 0 AND head > ? ORDER BY head LIMIT ?',
    );
  }

  /** A message came to the end of its group. */
  joined(queue: number, groupId: string, seq: number): void {
    this.#join.run(queue, groupId, seq);
  }

  /** So many of it were received. */
  flew(queue: number, groupId: string, count: number): void {
    this.#fly.run(count, queue, groupId);
  }

  /** One that was in flight is ready again. */
  landed(queue: number, groupId: string): void {
    this.#fly.run(-1, queue, groupId);
  }

  /** One is not in it any more. */
  left(queue: number, groupId: string, seq: number, flew: boolean): void {
    const row = this.#get.get(queue, groupId);
    if (row === undefined) throw new Error(`The message group '${groupId}' is not there.`);
    let head = integer(row, 'head');
    if (head === seq) {
      const next = this.#head.get(queue, groupId)?.['seq'];
      if (typeof next !== 'number') return void this.#remove.run(queue, groupId);
      head = next;
    } else if (!flew) return;
    this.#set.run(head, integer(row, 'in_flight') - (flew ? 1 : 0), queue, groupId);
  }

  isLocked(queue: number, groupId: string): boolean {
    const row = this.#get.get(queue, groupId);
    return row !== undefined && integer(row, 'in_flight') > 0;
  }

  /** Groups of which nothing is in flight, in the order of their first messages, behind one that begins with `after`. */
  free(queue: number, after: number, max: number): readonly { readonly groupId: string; readonly head: number }[] {
    return this.#free
      .all(queue, after, max)
      .map((row) => ({ groupId: text(row, 'group_id'), head: integer(row, 'head') }));
  }
}
