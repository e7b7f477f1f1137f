import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { jumpedMs, type ClockJump } from '../../../model/clock-jumps.ts';
import type { QueueOperations } from '../contracts/queues.ts';
import type { Attempts } from './attempts.ts';
import { DepthChange, type Depths } from './depths.ts';
import { messageFrom, type Messages } from './messages.ts';
import { integer } from './rows.ts';
import { forgetDuplicates, knownSince } from './sending.ts';

/** One step looks at so many queues at most. */
const looksMax = 200;

/** What nobody may receive any more is removed in steps, so that others have their turn between them. */
export class Tidying {
  readonly #depths: Depths;
  readonly #messages: Messages;
  readonly #attempts: Attempts;
  readonly #forgetDuplicates: ReturnType<typeof forgetDuplicates>;
  readonly #leftover: StatementSync;
  readonly #over: StatementSync;
  readonly #oldest: StatementSync;
  readonly #due: StatementSync;
  readonly #next: StatementSync;
  readonly #first: StatementSync;
  readonly #removeGroups: StatementSync;

  constructor(database: DatabaseSync, depths: Depths, messages: Messages, attempts: Attempts) {
    this.#depths = depths;
    this.#messages = messages;
    this.#attempts = attempts;
    this.#forgetDuplicates = forgetDuplicates(database);
    this.#leftover = database.prepare('SELECT queue, up_to FROM queue_leftovers LIMIT 1');
    this.#over = database.prepare('DELETE FROM queue_leftovers WHERE queue = ?');
    this.#oldest = database.prepare('SELECT * FROM messages WHERE queue = ? AND seq <= ? ORDER BY seq LIMIT ?');
    this.#due = database.prepare(
      `SELECT q.id, q.retention_ms FROM queue_depths d CROSS JOIN queues q ON q.id = d.queue
       WHERE d.tidy_at <= ? ORDER BY d.tidy_at LIMIT ${looksMax}`,
    );
    this.#next = database.prepare('SELECT min(tidy_at) AS at FROM queue_depths WHERE tidy_at IS NOT NULL');
    this.#first = database.prepare('SELECT sent_at FROM messages WHERE queue = ? ORDER BY seq LIMIT 1');
    this.#removeGroups = database.prepare('DELETE FROM message_groups WHERE queue = ?');
  }

  readonly tidy: QueueOperations['tidy'] = ({ now, max, jumps = [] }) => {
    const forgotten =
      this.#forgetDuplicates({ now: knownSince(now, jumps), max }) + this.#attempts.forget({ now, max });
    const leftover = this.#leftover.get();
    if (leftover !== undefined) {
      this.#removeLeft(integer(leftover, 'queue'), integer(leftover, 'up_to'), max);
      return { more: true };
    }
    let left = max;
    const due = this.#due.all(now);
    for (const row of due)
      if (left > 0) left -= this.#look(integer(row, 'id'), integer(row, 'retention_ms'), now, jumps, left);
    const nextAt = this.#next.get()?.['at'];
    const more = left < max || due.length === looksMax || forgotten === max;
    return { more, ...(typeof nextAt === 'number' && { nextAt }) };
  };

  /** Removes what is too old of a queue, and remembers when to look at it again. Gives how many it removed. */
  #look(queue: number, retentionMs: number, now: number, jumps: readonly ClockJump[], max: number): number {
    const before = this.#tooOldAt(queue, retentionMs, jumps);
    const removed = before !== undefined && before <= now ? this.#removeOld(queue, now - retentionMs, jumps, max) : 0;
    this.#depths.setTidyAt(queue, removed === 0 ? before : this.#tooOldAt(queue, retentionMs, jumps));
    return removed;
  }

  /** When its first message is too old. */
  #tooOldAt(queue: number, retentionMs: number, jumps: readonly ClockJump[]): number | undefined {
    const row = this.#first.get(queue);
    if (row === undefined) return undefined;
    const sentAt = integer(row, 'sent_at');
    return sentAt + jumpedMs(jumps, sentAt) + retentionMs;
  }

  #removeLeft(queue: number, upTo: number, max: number): void {
    const rows = this.#oldest.all(queue, upTo, max);
    const change = new DepthChange();
    for (const row of rows) this.#messages.remove(messageFrom(row), change);
    this.#depths.add(queue, change);
    if (rows.length === max) return;
    this.#over.run(queue);
    if (this.#depths.of(queue) === undefined) this.#removeGroups.run(queue);
  }

  /** Gives how many it removed: 1 at least, so that it comes to an end. */
  #removeOld(queue: number, sentBefore: number, jumps: readonly ClockJump[], max: number): number {
    const change = new DepthChange();
    for (const row of this.#oldest.iterate(queue, Number.MAX_SAFE_INTEGER, max)) {
      const message = messageFrom(row);
      if (message.sentAt + jumpedMs(jumps, message.sentAt) > sentBefore) break;
      change.expired += 1;
    }
    const rows = this.#oldest.all(queue, Number.MAX_SAFE_INTEGER, Math.max(1, change.expired));
    for (const row of rows) this.#messages.remove(messageFrom(row), change);
    this.#depths.add(queue, change);
    return rows.length;
  }
}
