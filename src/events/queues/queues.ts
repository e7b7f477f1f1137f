import type { QueueName } from '../../api/sqs/queue-name.ts';
import type { Caller } from '../../model/invocations/caller.ts';
import type { Clock } from '../../model/clock.ts';
import type { DurableStore } from '../../store/durable/contracts/durable-store.ts';
import type { MessagePlace } from '../../store/durable/contracts/queues.ts';
import type { QueueConsumer } from '../queue-consumer.ts';
import type { QueueSender, RequestSender } from '../queue-sender.ts';
import type { Ages } from '../clock/clock-keeper.ts';
import { inSlices } from '../clock/in-slices.ts';
import { Chores } from './chores.ts';
import { queuesInside } from './inside.ts';
import { Lines } from './lines.ts';
import { QueueAdmin } from './queue-admin.ts';
import { QueueBook } from './queue-book.ts';
import { QueueMessages } from './queue-messages.ts';
import { QueueMoves } from './queue-moves.ts';

/**
 * Queues, by the rules of SQS, on what the durable store keeps.
 *
 * In this room: `queue-admin.ts`, `queue-messages.ts` and `queue-moves.ts` are what can be done; `rules/` has those of
 * SQS (pure); `lines.ts` is waiting, `chores.ts` what goes on in the background.
 */
export interface Queues {
  readonly admin: QueueAdmin;
  readonly messages: QueueMessages;
  readonly moves: QueueMoves;
  /** For other parts of the service. */
  readonly inside: QueueSender & RequestSender & QueueConsumer;
  /** Told of messages that were sent by a request: by code that runs here, or somebody else; and how late the next of them is. */
  onSent: (queue: QueueName, count: number, delayMs: number, sender: Caller | undefined) => void;
  /** Requests that wait for messages. */
  readonly waiting: number;
  /** After the clock was put back: gives how many messages are due sooner. */
  planAnew(): Promise<number>;
  /** Messages were deleted, or can be received sooner, by who is not here any more: those that wait look again. */
  changedElsewhere(): void;
  /** What a service before this one left under way goes on. Does nothing where there never was anything. */
  resume(): Promise<void>;
  /** Whoever waits for messages is answered, and nothing is done in the background any more. Before the store is closed. */
  stop(): void;
}

/** What queues are made of. `warn` is told what could not be done and is tried again. */
export interface QueuesOptions {
  readonly store: DurableStore;
  readonly clock: Clock;
  /** Without them every age is what the clock says. */
  readonly ages?: Pick<Ages, 'jumps'>;
  readonly region: string;
  readonly warn: (error: unknown, what: string) => void;
}

/** Messages that are looked at in one step of the store when all are planned anew: some milliseconds. */
const planMax = 2_000;

export function openQueues({ store, clock, ages = { jumps: [] }, region, warn }: QueuesOptions): Queues {
  const kept = store.parts.queues;
  const used = (): boolean => store.used;
  const book = new QueueBook(kept, clock, used);
  const lines = new Lines(clock);
  const arrived = (name: { readonly account: string; readonly name: string }, count: number): void => {
    void book.find(name).then(
      (queue) => queue && lines.arrived(queue.id, count),
      (error: unknown) => warn(error, `Nobody was told of messages in the queue ${name.name}.`),
    );
  };
  const chores = new Chores({ store: kept, clock, ages, warn, arrived });
  const parts = { store: kept, clock, ages, region, used, book, lines, chores };
  const messages = new QueueMessages(parts);
  return {
    admin: new QueueAdmin(parts),
    messages,
    moves: new QueueMoves(parts),
    onSent: () => undefined,
    inside: queuesInside(messages, region),
    get waiting() {
      return lines.count;
    },
    async planAnew() {
      const slice = { max: planMax };
      const changed = await inSlices<MessagePlace>((after) =>
        kept.planAnew({ ...slice, now: clock.wall(), after }, 'process'),
      );
      lines.stirAll();
      chores.tidy();
      return changed;
    },
    changedElsewhere() {
      lines.stirAll();
    },
    async resume() {
      if (used()) await chores.resume();
    },
    stop() {
      lines.stop();
      chores.stop();
    },
  };
}
