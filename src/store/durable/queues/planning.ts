import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { QueueOperations } from '../contracts/queues.ts';
import { messageTimesAnew } from './planned-anew.ts';
import { integer, type Row } from './rows.ts';

/** So long anything is remembered against duplicates, and attempts to receive are. */
const rememberedMsMax = 300_000; // 5 min

/** Plans anew what was planned by a clock that was wrong. */
export class Planning {
  readonly #duplicates: StatementSync;
  readonly #attempts: StatementSync;
  readonly #purged: StatementSync;
  readonly #tidy: StatementSync;
  readonly #messages: StatementSync;
  readonly #change: StatementSync;

  constructor(database: DatabaseSync) {
    this.#duplicates = database.prepare(
      `UPDATE deduplications SET until = :until WHERE (queue, scope, id) IN
       (SELECT queue, scope, id FROM deduplications WHERE until > :until LIMIT :max)`,
    );
    this.#attempts = database.prepare(
      `UPDATE receive_attempts SET until = :until WHERE (queue, id) IN
       (SELECT queue, id FROM receive_attempts WHERE until > :until LIMIT :max)`,
    );
    this.#purged = database.prepare('UPDATE queues SET purged_at = :now WHERE purged_at > :now');
    // What was sent in front of it is older now, so each queue is looked at.
    this.#tidy = database.prepare('UPDATE queue_depths SET tidy_at = 0 WHERE tidy_at IS NOT NULL');
    // No index has these times. Small rows in the order in which they lie are soon read.
    this.#messages = database.prepare(
      'SELECT * FROM messages WHERE (queue, seq) > (:queue, :seq) ORDER BY queue, seq LIMIT :max',
    );
    this.#change = database.prepare(
      'UPDATE messages SET turn = ?, sent_at = ?, received_at = ?, first_received_at = ? WHERE queue = ? AND seq = ?',
    );
  }

  readonly planAnew: QueueOperations['planAnew'] = ({ now, max, after = { queue: 0, seq: 0 } }) => {
    // First: what is remembered for a year longer swallows every message like it.
    const until = now + rememberedMsMax;
    const remembered = [this.#duplicates, this.#attempts].map((each) => Number(each.run({ until, max }).changes));
    if (after.queue === 0) {
      this.#purged.run({ now });
      this.#tidy.run();
    }
    const rows = this.#messages.all({ ...after, max });
    const changed = rows.filter((row) => this.#one(row, now)).length;
    const last = rows.at(-1);
    const at = last === undefined ? after : { queue: integer(last, 'queue'), seq: integer(last, 'seq') };
    const more = rows.length === max || remembered.includes(max);
    return { changed, ...(more && { next: at }) };
  };

  #one(row: Row, now: number): boolean {
    const anew = messageTimesAnew(
      {
        state: integer(row, 'state'),
        turn: integer(row, 'turn'),
        sentAt: integer(row, 'sent_at'),
        receivedAt: integerIf(row, 'received_at'),
        firstReceivedAt: integerIf(row, 'first_received_at'),
      },
      now,
    );
    if (anew === undefined) return false;
    const { turn, sentAt, receivedAt, firstReceivedAt } = anew;
    const times = [turn, sentAt, receivedAt ?? null, firstReceivedAt ?? null] as const;
    this.#change.run(...times, integer(row, 'queue'), integer(row, 'seq'));
    return true;
  }
}

function integerIf(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : integer(row, column);
}
