import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { jumpedMs } from '../../../model/clock-jumps.ts';
import { limits } from '../../../model/limits.ts';
import type { AtTime, QueueOperations, ReceiveAsk, ReceivedMessage } from '../contracts/queues.ts';
import type { Attempts } from './attempts.ts';
import { DepthChange, waitingStates, type Depths } from './depths.ts';
import { messageFrom, type MessageRow, type Messages } from './messages.ts';
import { integer, optionalText, text, type Row } from './rows.ts';
import { inFlight, ready } from './schema.ts';

/** So many messages are looked at for one request, most of them too old or received too often, before others have their turn. */
const looksMax = 500;

/** What is done for one request. */
interface Work {
  readonly ask: AtTime<ReceiveAsk>;
  readonly purgedTo: number;
  readonly change: DepthChange;
  readonly toDeadLetters: DepthChange;
  readonly got: ReceivedMessage[];
  /** How many more may be given, how many bytes were, and how many more are looked at. */
  left: number;
  bytes: number;
  looks: number;
}

/** Gives out messages: the oldest that are ready first; of FIFO queues those of groups of which nothing is in flight. */
export class Receiving {
  readonly #depths: Depths;
  readonly #messages: Messages;
  readonly #attempts: Attempts;
  readonly #ready: StatementSync;
  readonly #ofGroup: StatementSync;
  readonly #take: StatementSync;

  constructor(database: DatabaseSync, depths: Depths, messages: Messages, attempts: Attempts) {
    this.#depths = depths;
    this.#messages = messages;
    this.#attempts = attempts;
    const whole = 'SELECT m.*, c.* FROM messages m CROSS JOIN message_contents c ON c.id = m.seq WHERE m.queue = ?';
    this.#ready = database.prepare(`${whole} AND m.state = ${ready} ORDER BY m.turn LIMIT ?`);
    this.#ofGroup = database.prepare(`${whole} AND m.group_id = ? AND m.seq >= ? ORDER BY m.seq LIMIT ?`);
    this.#take = database.prepare(
      `UPDATE messages SET state = ${inFlight}, turn = ?, receives = receives + 1, received_at = ?,
       first_received_at = coalesce(first_received_at, ?) WHERE queue = ? AND seq = ?`,
    );
  }

  readonly receive: QueueOperations['receive'] = (ask) => {
    const { queue, max, now, inFlightMax, attempt } = ask;
    const depth = this.#depths.of(queue.id);
    if (depth === undefined) return 'missing';
    const change = new DepthChange();
    if (depth.inFlight + depth.delayed > 0) this.#messages.release(queue.id, waitingStates, now, change);
    const again = attempt === undefined ? [] : this.#attempts.again(ask, attempt);
    const flying = depth.inFlight + change.states[1];
    const left = again.length > 0 ? 0 : Math.min(max, inFlightMax - flying);
    const work: Work = {
      ...{ ask, purgedTo: depth.purgedTo, change, toDeadLetters: new DepthChange() },
      ...{ got: [...again], left, bytes: 0, looks: looksMax },
    };
    if (left > 0 && depth.ready + change.states[0] > 0) this.#fill(work);
    if (attempt !== undefined && again.length === 0) this.#attempts.remember(ask, attempt, work.got);
    this.#depths.add(queue.id, change);
    if (ask.deadLetter !== undefined && work.toDeadLetters.states[0] > 0) {
      this.#depths.add(ask.deadLetter.id, work.toDeadLetters);
      this.#depths.tidySooner(ask.deadLetter.id, now);
    }
    const nextAt = work.got.length > 0 ? undefined : this.#messages.nextDue(queue.id, waitingStates);
    return {
      messages: work.got,
      more: work.looks <= 0 && work.left > 0,
      overLimit: flying >= inFlightMax,
      deadLettered: change.deadLettered,
      ...(nextAt !== undefined && { nextAt }),
    };
  };

  #fill(work: Work): void {
    if (work.ask.queue.fifo) return this.#fillFromGroups(work);
    while (work.left > 0 && work.looks > 0) {
      const rows = this.#ready.all(work.ask.queue.id, work.left);
      if (rows.length === 0) return;
      for (const row of rows) {
        if (work.left <= 0) return;
        this.#look(row, work);
      }
    }
  }

  #fillFromGroups(work: Work): void {
    const { id } = work.ask.queue;
    let after = 0;
    while (work.left > 0 && work.looks > 0) {
      const groups = this.#messages.groups.free(id, after, work.left);
      if (groups.length === 0) return;
      for (const { groupId, head } of groups) {
        after = head;
        const before = work.got.length;
        const waits = this.#fillFrom(groupId, head, work);
        if (work.got.length > before) this.#messages.groups.flew(id, groupId, work.got.length - before);
        // Groups are in the order of their first messages, and these are delayed in the order in which they were sent.
        if (waits || work.left <= 0) return;
      }
    }
  }

  /** Gives whether the group's first message is delayed. */
  #fillFrom(groupId: string, head: number, work: Work): boolean {
    let from = head;
    while (work.left > 0 && work.looks > 0) {
      const rows = this.#ofGroup.all(work.ask.queue.id, groupId, from, work.left);
      if (rows.length === 0) return false;
      for (const row of rows) {
        if (work.left <= 0) return false;
        if (integer(row, 'state') !== ready) return integer(row, 'seq') === head;
        this.#look(row, work);
        from = integer(row, 'seq') + 1;
      }
    }
    return false;
  }

  /** One that is ready: is it given, or moved, or removed? */
  #look(row: Row, work: Work): void {
    const { ask, change } = work;
    const { queue, now, visibilityMs, deadLetter, jumps = [] } = ask;
    const message = messageFrom(row);
    work.looks -= 1;
    if (message.seq <= work.purgedTo) return this.#messages.remove(message, change);
    if (message.sentAt + jumpedMs(jumps, message.sentAt) + queue.retentionMs <= now) {
      change.expired += 1;
      return this.#messages.remove(message, change);
    }
    if (deadLetter !== undefined && message.receives >= deadLetter.receivesMax && this.#toDeadLetters(message, work))
      return;
    this.#take.run(now + visibilityMs, now, now, queue.id, message.seq);
    change.count(ready, -1);
    change.count(inFlight, 1);
    work.left -= 1;
    work.bytes += message.bytes;
    // What the service itself sent may be larger than what clients send: the rest comes with the next answer.
    if (work.bytes >= limits.queueReceiveBytesMax) work.left = 0;
    work.got.push(receivedFrom(row, message.receives + 1, now));
  }

  /** Where the dead-letter queue is not there, its messages go on being received: nothing is lost. */
  #toDeadLetters(message: MessageRow, { ask, change, toDeadLetters }: Work): boolean {
    const { deadLetter, now } = ask;
    if (deadLetter === undefined || this.#depths.of(deadLetter.id) === undefined) return false;
    const to = { queue: deadLetter.id, change: toDeadLetters, from: deadLetter.sourceName, now };
    this.#messages.move(message, to, change);
    change.deadLettered += 1;
    return true;
  }
}

/** From a row of a message with its contents. */
export function receivedFrom(row: Row, receives: number, now: number): ReceivedMessage {
  const first = row['first_received_at'];
  return {
    sequence: integer(row, 'seq'),
    messageId: text(row, 'message_id'),
    body: text(row, 'body'),
    sender: text(row, 'sender'),
    sentAt: integer(row, 'sent_at'),
    firstReceivedAt: typeof first === 'number' ? first : now,
    receives,
    content: JSON.parse(text(row, 'content')),
    ...optionalText(row, 'dead_letter_source', 'deadLetterSource'),
  };
}
