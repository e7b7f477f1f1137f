import { randomUUID } from 'node:crypto';
import { invalidParameter, noSuchQueue, SqsError } from '../../api/sqs/errors.ts';
import type { QueueName } from '../../api/sqs/queue-name.ts';
import { limits } from '../../model/limits.ts';
import type { Durability } from '../../store/durable/contracts/durable-store.ts';
import type {
  DeleteOutcome,
  NewMessage,
  Receipt,
  Received,
  Sent,
  VisibilityOutcome,
} from '../../store/durable/contracts/queues.ts';
import { delivered, type DeliveredMessage } from './rules/delivered.ts';
import type { AttemptResult } from './lines.ts';
import { LongPolls } from './long-polls.ts';
import { newMessage, type MessageRequest } from './rules/outgoing.ts';
import type { QueueParts } from './parts.ts';
import type { KnownQueue } from './queue-book.ts';

const { queueInFlightMax: inFlightMax, queueWaitersMax: waitersMax } = limits;
/** How long an attempt to receive may be repeated. */
const attemptMs = 300_000;
const visibilitySecondsMax = 43_200;

/** How messages are asked for. */
export interface ReceiveRequest {
  readonly max: number;
  /** How long to wait for the first; 0 for not at all. */
  readonly waitMs: number;
  /** The queue's own where it is not said. */
  readonly visibilityMs?: number;
  readonly attemptId?: string;
  /** Of the client that asks: only so many of theirs may wait. None where a part of the service does, which holds no connection. */
  readonly account?: string;
  /** Whoever asks does not want to know any more. */
  readonly signal?: AbortSignal;
}

/** What is done with messages. Everything throws QueueDoesNotExist where there is no such queue, and StoreFullError where there is no space. */
export class QueueMessages {
  readonly #parts: QueueParts;
  readonly #longPolls = new LongPolls(waitersMax);

  constructor(parts: QueueParts) {
    this.#parts = parts;
  }

  async queue(name: QueueName): Promise<KnownQueue> {
    return await this.#parts.book.get(name);
  }

  /** A message as it will be kept, by what the queue is set to, but for its size where `bytesMax` says another. Throws SqsError. */
  prepare(queue: KnownQueue, request: MessageRequest, sender: string, bytesMax?: number): NewMessage {
    const { attributes } = queue;
    const set = bytesMax === undefined ? attributes : { ...attributes, MaximumMessageSize: String(bytesMax) };
    return newMessage(request, set, { messageId: randomUUID(), sender });
  }

  /** All of them, or none. */
  async send(queue: KnownQueue, messages: readonly NewMessage[], durability?: Durability): Promise<Sent['messages']> {
    const { store, clock, ages, lines, chores } = this.#parts;
    const now = clock.wall();
    const sent = await store.send({ queue: queue.facts, messages, now, jumps: ages.jumps }, durability);
    if (sent === 'missing') throw this.#gone(queue);
    if (sent === 'full')
      throw new SqsError(
        'OverLimit',
        `The queue ${queue.name} holds as much as a queue may: 10 million messages, or 64 GiB.`,
      );
    chores.tidyAt(now + queue.facts.retentionMs);
    lines.arrived(queue.id, sent.ready);
    for (const { delayMs } of messages) if (delayMs > 0) lines.dueAt(queue.id, now + delayMs);
    return sent.messages;
  }

  async receive(queue: KnownQueue, request: ReceiveRequest): Promise<readonly DeliveredMessage[]> {
    const { lines, region } = this.#parts;
    const attempt = (): Promise<Received & AttemptResult> => this.#attempt(queue, request);
    let result = await attempt();
    while (result.more && !result.got) result = await attempt();
    if (!result.got && request.waitMs > 0 && request.signal?.aborted !== true) {
      using _poll = request.account === undefined ? undefined : this.#longPoll(request.account);
      result = await lines.wait(queue.id, request, attempt);
    }
    if (result.overLimit && !result.got && request.waitMs === 0 && !queue.fifo)
      throw new SqsError(
        'OverLimit',
        `${inFlightMax} messages of ${queue.name} are in flight, as many as may be: delete some.`,
      );
    return result.messages.map((message) => delivered(message, queue, region));
  }

  #longPoll(account: string): Disposable {
    const poll = this.#longPolls.begin(account);
    if (poll !== undefined) return poll;
    throw new SqsError(
      'RequestThrottled',
      `${this.#longPolls.of(account)} requests of this account wait for messages. ${waitersMax} may at the same time, and an account leaves some of them to others: ` +
        'wait with fewer, or ask with WaitTimeSeconds=0.',
    );
  }

  /** In their order. */
  async delete(queue: KnownQueue, receipts: readonly Receipt[]): Promise<readonly DeleteOutcome[]> {
    const { store, clock, lines } = this.#parts;
    const outcomes = await store.delete({ queue: queue.facts, receipts, now: clock.wall() });
    if (outcomes === 'missing') throw this.#gone(queue);
    // What comes next in their groups may be received now.
    if (queue.fifo) lines.arrived(queue.id, outcomes.length);
    return outcomes;
  }

  /** Throws InvalidParameterValueException. */
  async changeVisibility(
    queue: KnownQueue,
    changes: readonly { readonly receipt: Receipt; readonly seconds: number }[],
  ): Promise<readonly VisibilityOutcome[]> {
    const { store, clock, lines } = this.#parts;
    const receipts = changes.map(({ receipt, seconds }) => {
      checkVisibility(seconds);
      return { ...receipt, visibilityMs: seconds * 1_000 };
    });
    const now = clock.wall();
    const outcomes = await store.changeVisibility({ queue: queue.facts, receipts, now }, 'process');
    if (outcomes === 'missing') throw this.#gone(queue);
    for (const [index, { visibilityMs }] of receipts.entries()) {
      if (outcomes[index] !== 'changed') continue;
      if (visibilityMs === 0) lines.arrived(queue.id, 1);
      else lines.dueAt(queue.id, now + visibilityMs);
    }
    return outcomes;
  }

  async #attempt(queue: KnownQueue, request: ReceiveRequest): Promise<Received & AttemptResult> {
    const { store, clock, ages, lines, book } = this.#parts;
    const { max, attemptId } = request;
    const now = clock.wall();
    const visibilityMs = request.visibilityMs ?? Number(queue.attributes['VisibilityTimeout']) * 1_000;
    const policy = queue.deadLetter;
    const target = policy && (await book.find({ account: queue.account, name: policy.name }));
    const received = await store.receive(
      {
        ...{ queue: queue.facts, max, visibilityMs, inFlightMax, now, jumps: ages.jumps },
        ...(attemptId !== undefined && { attempt: { id: attemptId, ms: attemptMs } }),
        ...(policy !== undefined &&
          target !== undefined && {
            deadLetter: { id: target.id, receivesMax: policy.receivesMax, sourceName: queue.name },
          }),
      },
      'process',
    );
    if (received === 'missing') throw this.#gone(queue);
    if (target !== undefined) lines.arrived(target.id, received.deadLettered);
    const got = received.messages.length > 0;
    if (got) lines.dueAt(queue.id, now + visibilityMs);
    return { ...received, got };
  }

  #gone(queue: KnownQueue): SqsError {
    this.#parts.book.forget(queue);
    return noSuchQueue();
  }
}

/** Throws InvalidParameterValueException. */
export function checkVisibility(seconds: number): void {
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= visibilitySecondsMax) return;
  throw invalidParameter(
    'VisibilityTimeout',
    seconds,
    `VisibilityTimeout must be an integer between 0 and ${visibilitySecondsMax}.`,
  );
}
