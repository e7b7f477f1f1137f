import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { jumpedMs, type ClockJump } from '../../../model/clock-jumps.ts';
import { limits } from '../../../model/limits.ts';
import type { AtTime, NewMessage, QueueFacts, QueueOperations, Sent } from '../contracts/queues.ts';
import { DepthChange, type Depths } from './depths.ts';
import type { Messages } from './messages.ts';
import { integer, text } from './rows.ts';
import { delayed, ready } from './schema.ts';

/** Of what was remembered against duplicates, each that sends forgets so much that is over: more than it adds. */
const forgottenMax = 20;

/** Takes messages in, each once within the time in which duplicates are known. */
export class Sending {
  readonly #depths: Depths;
  readonly #messages: Messages;
  readonly #seen: StatementSync;
  readonly #remember: StatementSync;
  readonly #forget: StatementSync;

  constructor(database: DatabaseSync, depths: Depths, messages: Messages) {
    this.#depths = depths;
    this.#messages = messages;
    this.#seen = database.prepare(
      'SELECT seq, message_id FROM deduplications WHERE queue = ? AND scope = ? AND id = ? AND until > ?',
    );
    this.#remember = database.prepare(
      `INSERT INTO deduplications VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
       until = excluded.until, seq = excluded.seq, message_id = excluded.message_id`,
    );
    this.#forget = database.prepare(
      `DELETE FROM deduplications WHERE (queue, scope, id) IN
       (SELECT queue, scope, id FROM deduplications WHERE until <= ? ORDER BY until LIMIT ?)`,
    );
  }

  readonly send: QueueOperations['send'] = ({ queue, messages, now, jumps = [] }) => {
    const depth = this.#depths.of(queue.id);
    if (depth === undefined) return 'missing';
    const count = depth.ready + depth.inFlight + depth.delayed + messages.length;
    if (
      count > limits.queueMessagesMax ||
      messages.reduce((sum, { bytes }) => sum + bytes, depth.bytes) > limits.queueBytesMax
    )
      return 'full';
    const since = knownSince(now, jumps);
    if (messages.some(({ deduplication }) => deduplication !== undefined)) this.#forget.run(since, forgottenMax);
    const change = new DepthChange();
    const sent = messages.map((message) => this.#one(queue, message, { now, since }, change));
    this.#depths.add(queue.id, change);
    const tooOldAt = now + queue.retentionMs;
    if (depth.tidyAt > tooOldAt) this.#depths.tidySooner(queue.id, tooOldAt);
    return { messages: sent, ready: change.states[0] };
  };

  #one(
    queue: QueueFacts,
    message: NewMessage,
    { now, since }: { readonly now: number; readonly since: number },
    change: DepthChange,
  ): Sent['messages'][number] {
    const { deduplication, messageId, groupId, bytes, delayMs } = message;
    const known = deduplication && this.#seen.get(queue.id, deduplication.scope, deduplication.id, since);
    if (known) return { messageId: text(known, 'message_id'), sequence: integer(known, 'seq'), duplicate: true };
    const state = delayMs > 0 ? delayed : ready;
    const sequence = this.#messages.add(
      { queue: queue.id, sentAt: now, bytes, ...(groupId !== undefined && { groupId }) },
      { ...message, content: JSON.stringify(message.content) },
      state,
      delayMs > 0 ? now + delayMs : undefined,
    );
    change.count(state, 1);
    change.bytes += bytes;
    if (deduplication !== undefined) {
      const { scope, id, ms } = deduplication;
      this.#remember.run(queue.id, scope, id, now + ms, sequence, messageId);
    }
    return { messageId, sequence, duplicate: false };
  }
}

/** So long a message is known again. */
const knownMs = 300_000; // 5 min

/** What is remembered until later than this is not over: by as much as the clock was put forward just now, it is too early. */
export function knownSince(now: number, jumps: readonly ClockJump[]): number {
  return now - jumpedMs(jumps, now - knownMs);
}

/** For who tidies: forgets what is over of what was remembered against duplicates. */
export function forgetDuplicates(database: DatabaseSync): (step: AtTime<{ readonly max: number }>) => number {
  const forget = database.prepare(
    `DELETE FROM deduplications WHERE (queue, scope, id) IN
     (SELECT queue, scope, id FROM deduplications WHERE until <= ? ORDER BY until LIMIT ?)`,
  );
  return ({ now, max }) => Number(forget.run(now, max).changes);
}
