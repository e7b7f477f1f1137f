import { DatabaseSync } from 'node:sqlite';
import type { NewMessage, QueueFacts, QueueOperations, Received, Sent } from '../../contracts/queues.ts';
import { queues } from '../part.ts';

/** The part on a database in memory, where time is what the test says. */
export interface OpenPart {
  readonly operations: QueueOperations;
  readonly database: DatabaseSync;
  readonly make: (
    name: string,
    more?: { readonly fifo?: boolean; readonly retentionMs?: number; readonly deadLetter?: string },
  ) => QueueFacts;
}

const account = '123456789012';

export function openPart(): OpenPart {
  const database = new DatabaseSync(':memory:');
  for (const sql of queues.migrations) database.exec(sql);
  const operations = queues.open(database);
  return {
    operations,
    database,
    make(name, { fifo = false, retentionMs = 345_600_000, deadLetter } = {}) {
      const state = { attributes: {}, retentionMs, delayMs: 0, ...(deadLetter !== undefined && { deadLetter }) };
      const made = operations.create({ account, name, fifo, tags: {}, now: 0, queuesMax: 10_000, ...state });
      if (made.outcome !== 'created') throw new Error(`The queue ${name} was not made: ${made.outcome}.`);
      return { id: made.queue.id, fifo, retentionMs };
    },
  };
}

/** Throws where a queue would be looked at only after its first message is too old. */
export function checkTidyTimes(database: DatabaseSync): void {
  const late = database
    .prepare(
      `SELECT q.name, d.tidy_at, m.sent_at + q.retention_ms AS due FROM queues q JOIN queue_depths d ON d.queue = q.id
       JOIN messages m ON m.queue = q.id AND m.seq = (SELECT min(seq) FROM messages WHERE queue = q.id)
       WHERE d.tidy_at IS NULL OR d.tidy_at > due`,
    )
    .all();
  if (late.length > 0) throw new Error(`Queues would be tidied too late: ${JSON.stringify(late)}`);
}

/** A message of this body. */
export function messageOf(body: string, more: Partial<NewMessage> = {}): NewMessage {
  const content = { bodyMd5: '', ...(more.groupId !== undefined && { groupId: more.groupId }) };
  return { messageId: `id-${body}`, body, bytes: body.length, sender: 's', delayMs: 0, content, ...more };
}

/** Throws where it was refused. */
export function sent(outcome: Sent | 'missing' | 'full'): Sent {
  if (typeof outcome === 'string') throw new Error(`Nothing was sent: ${outcome}.`);
  return outcome;
}

export function received(outcome: Received | 'missing'): Received {
  if (typeof outcome === 'string') throw new Error(`Nothing was received: ${outcome}.`);
  return outcome;
}
