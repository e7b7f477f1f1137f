import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { DepthChange } from './depths.ts';
import { Groups } from './groups.ts';
import { integer, type Row } from './rows.ts';
import { inFlight, ready } from './schema.ts';

/** What is known of a message without its contents. */
export interface MessageRow {
  readonly queue: number;
  readonly seq: number;
  readonly state: number;
  readonly sentAt: number;
  readonly receives: number;
  readonly bytes: number;
  readonly groupId: string | undefined;
  readonly receivedAt: number | undefined;
  readonly firstReceivedAt: number | undefined;
}

/** So many messages become ready at most before somebody else has his turn. */
const dueMax = 2_000;

/** Single messages: how they change state, go to another queue, and are removed. Keeps groups and the numbers true. */
export class Messages {
  readonly groups: Groups;
  readonly #insert: StatementSync;
  readonly #insertContent: StatementSync;
  readonly #one: StatementSync;
  readonly #due: StatementSync;
  readonly #nextDue: StatementSync;
  readonly #setState: StatementSync;
  readonly #remove: StatementSync;
  readonly #removeContent: StatementSync;
  readonly #copyContent: StatementSync;

  constructor(database: DatabaseSync) {
    this.groups = new Groups(database);
    this.#insert = database.prepare('INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#insertContent = database.prepare(
      'INSERT INTO message_contents (message_id, sender, content, body) VALUES (?, ?, ?, ?)',
    );
    this.#one = database.prepare('SELECT * FROM messages WHERE queue = ? AND seq = ?');
    this.#due = database.prepare(
      'SELECT * FROM messages WHERE queue = ? AND state = ? AND turn <= ? ORDER BY turn LIMIT ?',
    );
    this.#nextDue = database.prepare('SELECT min(turn) AS turn FROM messages WHERE queue = ? AND state = ?');
    this.#setState = database.prepare('UPDATE messages SET state = ?, turn = ? WHERE queue = ? AND seq = ?');
    this.#remove = database.prepare('DELETE FROM messages WHERE queue = ? AND seq = ?');
    this.#removeContent = database.prepare('DELETE FROM message_contents WHERE id = ?');
    this.#copyContent = database.prepare(
      `INSERT INTO message_contents (message_id, sender, dead_letter_source, content, body)
       SELECT coalesce(?, message_id), sender, ?, content, body FROM message_contents WHERE id = ?`,
    );
  }

  find(queue: number, seq: number): MessageRow | undefined {
    const row = this.#one.get(queue, seq);
    return row && messageFrom(row);
  }

  /** Keeps a new message, and gives its `seq`. `dueAt`: when it will be ready, where that is not now. */
  add(
    message: { readonly queue: number; readonly sentAt: number; readonly bytes: number; readonly groupId?: string },
    contents: { readonly messageId: string; readonly sender: string; readonly content: string; readonly body: string },
    state: number,
    dueAt: number | undefined,
  ): number {
    const { queue, sentAt, bytes, groupId } = message;
    const { messageId, sender, content, body } = contents;
    const seq = Number(this.#insertContent.run(messageId, sender, content, body).lastInsertRowid);
    this.#insert.run(queue, seq, state, dueAt ?? seq, sentAt, 0, null, null, bytes, groupId ?? null);
    if (groupId !== undefined) this.groups.joined(queue, groupId, seq);
    return seq;
  }

  /** Makes ready what is due. */
  release(queue: number, states: readonly number[], now: number, change: DepthChange): void {
    for (const state of states) {
      const due = this.#due.all(queue, state, now, dueMax).map(messageFrom);
      for (const message of due) this.makeReady(message, change);
    }
  }

  makeReady(message: MessageRow, change: DepthChange): void {
    const { queue, seq, state, groupId } = message;
    this.#setState.run(ready, seq, queue, seq);
    change.count(state, -1);
    change.count(ready, 1);
    if (state === inFlight && groupId !== undefined) this.groups.landed(queue, groupId);
  }

  /** When what is in flight is to become ready. */
  postpone({ queue, seq, state }: MessageRow, dueAt: number): void {
    this.#setState.run(state, dueAt, queue, seq);
  }

  nextDue(queue: number, states: readonly number[]): number | undefined {
    let next: number | undefined;
    for (const state of states) {
      const row = this.#nextDue.get(queue, state);
      if (row === undefined || row['turn'] === null) continue;
      const turn = integer(row, 'turn');
      if (next === undefined || turn < next) next = turn;
    }
    return next;
  }

  remove(message: MessageRow, change: DepthChange): void {
    this.#take(message, change);
    this.#removeContent.run(message.seq);
  }

  /**
   * To the end of another queue, where it is ready. `as`: the id of a new message, else it stays the same one, with its age and its count. `from`: the
   * name of the queue that it failed in.
   */
  move(
    message: MessageRow,
    to: {
      readonly queue: number;
      readonly change: DepthChange;
      readonly from?: string;
      readonly as?: string;
      readonly now: number;
    },
    change: DepthChange,
  ): void {
    const { queue, change: toChange, from, as, now } = to;
    this.#take(message, change);
    const seq = Number(this.#copyContent.run(as ?? null, from ?? null, message.seq).lastInsertRowid);
    this.#removeContent.run(message.seq);
    const { sentAt, receives, receivedAt, firstReceivedAt, bytes, groupId } = message;
    // As on AWS, what is in order counts its age anew, and so does what begins anew.
    const since = as === undefined && groupId === undefined ? sentAt : now;
    const history =
      as === undefined
        ? ([receives, firstReceivedAt ?? null, receivedAt ?? null] as const)
        : ([0, null, null] as const);
    this.#insert.run(queue, seq, ready, seq, since, ...history, bytes, groupId ?? null);
    if (groupId !== undefined) this.groups.joined(queue, groupId, seq);
    toChange.count(ready, 1);
    toChange.bytes += bytes;
  }

  #take({ queue, seq, state, bytes, groupId }: MessageRow, change: DepthChange): void {
    this.#remove.run(queue, seq);
    change.count(state, -1);
    change.bytes -= bytes;
    if (groupId !== undefined) this.groups.left(queue, groupId, seq, state === inFlight);
  }
}

/** From a row that has the columns of `messages`. */
export function messageFrom(row: Row): MessageRow {
  const groupId = row['group_id'];
  const receivedAt = row['received_at'];
  const firstReceivedAt = row['first_received_at'];
  return {
    queue: integer(row, 'queue'),
    seq: integer(row, 'seq'),
    state: integer(row, 'state'),
    sentAt: integer(row, 'sent_at'),
    receives: integer(row, 'receives'),
    bytes: integer(row, 'bytes'),
    groupId: typeof groupId === 'string' ? groupId : undefined,
    receivedAt: typeof receivedAt === 'number' ? receivedAt : undefined,
    firstReceivedAt: typeof firstReceivedAt === 'number' ? firstReceivedAt : undefined,
  };
}
