import { noSuchQueue } from '../../api/sqs/errors.ts';
import type { QueueName } from '../../api/sqs/queue-name.ts';
import type { Clock } from '../../model/clock.ts';
import { Lru } from '../../model/lru.ts';
import type { PartClient } from '../../store/durable/contracts/durable-store.ts';
import type { QueueFacts, QueueOperations } from '../../store/durable/contracts/queues.ts';
import type { Attributes } from './rules/attributes.ts';
import { Receipts } from './receipts.ts';
import { deadLetterOf } from './rules/redrive-policy.ts';

/** What every request needs to know of a queue. */
export interface KnownQueue extends QueueName {
  readonly id: number;
  readonly fifo: boolean;
  readonly attributes: Attributes;
  readonly facts: QueueFacts;
  readonly receipts: Receipts;
  /** Name of the queue, of the same account, for messages that were received so many times. */
  readonly deadLetter?: { readonly name: string; readonly receivesMax: number };
}

const queuesMax = 5_000;

/** Queues that were asked for lately. All changes of queues go through this service, which says here what is not true any more. */
export class QueueBook {
  readonly #store: PartClient<QueueOperations>;
  readonly #clock: Clock;
  /** Whether there are any queues at all: to look for one must not make the store. */
  readonly #used: () => boolean;
  readonly #known = new Lru<KnownQueue>(queuesMax);
  #version = 0;

  constructor(store: PartClient<QueueOperations>, clock: Clock, used: () => boolean) {
    this.#used = used;
    this.#store = store;
    this.#clock = clock;
  }

  async find({ account, name }: QueueName): Promise<KnownQueue | undefined> {
    const key = `${account}/${name}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (!this.#used()) return undefined;
    const version = this.#version;
    const record = await this.#store.find({ account, name, now: this.#clock.wall() }, 'process');
    if (record === undefined) return undefined;
    const { id, fifo, attributes, secret } = record;
    const retentionMs = Number(attributes['MessageRetentionPeriod']) * 1_000;
    const redrive = attributes['RedrivePolicy'];
    const policy = redrive === undefined ? undefined : deadLetterOf(redrive);
    const deadLetter = policy?.arn.split(':').at(-1);
    const found: KnownQueue = {
      ...{ id, account, name, fifo, attributes, facts: { id, fifo, retentionMs }, receipts: new Receipts(id, secret) },
      ...(deadLetter !== undefined &&
        policy !== undefined && { deadLetter: { name: deadLetter, receivesMax: policy.receivesMax } }),
    };
    // What was read before a change is not to be remembered after it.
    if (version === this.#version) this.#known.set(key, found, 1);
    return found;
  }

  /** Throws QueueDoesNotExist. */
  async get(queue: QueueName): Promise<KnownQueue> {
    const found = await this.find(queue);
    if (found === undefined) throw noSuchQueue();
    return found;
  }

  forget({ account, name }: QueueName): void {
    this.#version += 1;
    this.#known.delete(`${account}/${name}`);
  }
}
