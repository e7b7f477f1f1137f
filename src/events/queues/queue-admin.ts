import { noSuchQueue, SqsError } from '../../api/sqs/errors.ts';
import { checkQueueName, queueArn, queueOfArn, type QueueName } from '../../api/sqs/queue-name.ts';
import { limits } from '../../model/limits.ts';
import { turns } from '../../model/turns.ts';
import type { QueueOverview, QueueRecord, QueueState, QueueTotals } from '../../store/durable/contracts/queues.ts';
import { changedAttributes, isSame, usualAttributes, type Attributes } from './rules/attributes.ts';
import type { QueueParts } from './parts.ts';
import { allowsSource, deadLetterOf, redriveAllowOf } from './rules/redrive-policy.ts';
import { checkTags, tagsMax } from './rules/tags.ts';
import { allTotals } from './totals.ts';

const queuesMax = limits.queuesPerAccountMax;
/** A queue may be purged so often. */
const purgeEveryMs = 60_000;

/** What is done with queues as such: made, looked at, set, emptied, removed. Changes are one after the other. */
export class QueueAdmin {
  readonly #parts: QueueParts;
  readonly #oneAtATime = turns();

  constructor(parts: QueueParts) {
    this.#parts = parts;
  }

  /** As AWS has it, what is there already is made again where everything that is said of it is so. Throws SqsError. */
  async create(queue: QueueName, given: Attributes, tags: Readonly<Record<string, string>>): Promise<void> {
    const fifo = given['FifoQueue']?.toLowerCase() === 'true';
    checkQueueName(queue.name, fifo);
    checkTags(tags);
    const attributes = changedAttributes(usualAttributes(fifo), given, true);
    const { store, clock } = this.#parts;
    await this.#oneAtATime(async () => {
      await this.#checkRedrive(queue, fifo, attributes);
      const state = stateOf(attributes);
      const made = await store.create({ ...queue, ...state, fifo, tags, now: clock.wall(), queuesMax });
      if (made.outcome === 'full')
        throw new SqsError('OverLimit', `The account has ${queuesMax} queues, as many as it may.`);
      if (made.outcome === 'exists') return refuseOther(made.queue, given, attributes);
      this.#parts.book.forget(queue);
    });
  }

  async find({ account, name }: QueueName): Promise<QueueRecord | undefined> {
    if (!this.#parts.used()) return undefined;
    return await this.#parts.store.find({ account, name, now: this.#parts.clock.wall() }, 'process');
  }

  /** Throws QueueDoesNotExist. */
  async get(queue: QueueName): Promise<QueueRecord> {
    const found = await this.find(queue);
    if (found === undefined) throw noSuchQueue();
    return found;
  }

  /** Names in their order, after a given one. */
  async list(account: string, prefix: string, after: string, max: number): Promise<readonly string[]> {
    return this.#parts.used() ? await this.#parts.store.list({ account, prefix, after, max }, 'process') : [];
  }

  async sourcesOf({ account, name }: QueueName, after: string, max: number): Promise<readonly string[]> {
    return await this.#parts.store.sourcesOf({ account, deadLetter: name, prefix: '', after, max }, 'process');
  }

  /** The fullest first, of one account or of all. */
  async overview(max: number, account?: string): Promise<readonly QueueOverview[]> {
    const { store, clock, used } = this.#parts;
    if (!used()) return [];
    return await store.overview({ max, now: clock.wall(), ...(account !== undefined && { account }) }, 'process');
  }

  /** Of all queues together; undefined where there never were any. */
  async totals(): Promise<QueueTotals | undefined> {
    return this.#parts.used() ? await allTotals(this.#parts.store) : undefined;
  }

  async setAttributes(queue: QueueName, given: Attributes): Promise<void> {
    await this.#change(queue, () => given);
  }

  /** `change` is given the policy that is there, and gives the one that is to be; undefined for none. */
  async setPolicy(queue: QueueName, change: (policy: string | undefined) => string | undefined): Promise<void> {
    await this.#change(queue, ({ attributes }) => ({ Policy: change(attributes['Policy']) ?? '' }));
  }

  async tag(queue: QueueName, add: Readonly<Record<string, string>>, remove: readonly string[]): Promise<void> {
    checkTags(add);
    const { id } = await this.get(queue);
    const outcome = await this.#parts.store.tag({ id, add, remove, max: tagsMax });
    if (outcome === 'missing') throw noSuchQueue();
    if (outcome === 'full')
      throw new SqsError(
        'InvalidParameterValueException',
        `Too many tags added for queue ${queue.name}: ${tagsMax} are the limit.`,
      );
  }

  async purge(queue: QueueName): Promise<void> {
    const { store, clock, chores } = this.#parts;
    const { id } = await this.get(queue);
    const outcome = await store.purge({ id, now: clock.wall(), everyMs: purgeEveryMs });
    if (outcome === 'missing') throw noSuchQueue();
    if (outcome === 'recent')
      throw new SqsError(
        'PurgeQueueInProgress',
        `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`,
      );
    chores.tidy();
  }

  async remove(queue: QueueName): Promise<void> {
    const { store, book, chores, lines } = this.#parts;
    await this.#oneAtATime(async () => {
      const { id } = await this.get(queue);
      await store.remove({ id });
      book.forget(queue);
      // Whoever waits there is told.
      lines.arrived(id, Number.POSITIVE_INFINITY);
      chores.tidy();
    });
  }

  async #change(queue: QueueName, given: (queue: QueueRecord) => Attributes): Promise<void> {
    const { store, clock, book, chores, lines } = this.#parts;
    await this.#oneAtATime(async () => {
      const found = await this.get(queue);
      const attributes = changedAttributes(found.attributes, given(found), false);
      await this.#checkRedrive(queue, found.fifo, attributes);
      const now = clock.wall();
      if (!(await store.change({ id: found.id, ...stateOf(attributes), now }))) throw noSuchQueue();
      book.forget(queue);
      lines.arrived(found.id, Number.POSITIVE_INFINITY);
      chores.tidyAt(now);
    });
  }

  async #checkRedrive(queue: QueueName, fifo: boolean, attributes: Attributes): Promise<void> {
    const text = attributes['RedrivePolicy'];
    if (text === undefined) return;
    const refuse = (reason: string): SqsError =>
      new SqsError(
        'InvalidParameterValueException',
        `Value ${text} for parameter RedrivePolicy is invalid. Reason: ${reason}`,
      );
    const { region, book } = this.#parts;
    const target = queueOfArn(deadLetterOf(text).arn, region);
    if (target === undefined || target.account !== queue.account)
      throw refuse('Dead letter target owner should be same as the source.');
    if (target.name === queue.name) throw refuse('A queue cannot be its own dead letter target.');
    const found = await book.find(target);
    if (found === undefined) throw refuse('Dead letter target does not exist.');
    if (found.fifo !== fifo) throw refuse('Dead-letter queue must be same type of queue as the source.');
    const allow = found.attributes['RedriveAllowPolicy'];
    if (!allowsSource(allow === undefined ? undefined : redriveAllowOf(allow), queueArn(region, queue)))
      throw refuse(`The redrive allow policy of ${target.name} does not allow this source.`);
  }
}

function stateOf(attributes: Attributes): QueueState {
  const redrive = attributes['RedrivePolicy'];
  const deadLetter = redrive === undefined ? undefined : deadLetterOf(redrive).arn.split(':').at(-1);
  return {
    attributes,
    retentionMs: Number(attributes['MessageRetentionPeriod']) * 1_000,
    delayMs: Number(attributes['DelaySeconds']) * 1_000,
    ...(deadLetter !== undefined && { deadLetter }),
  };
}

function refuseOther({ attributes }: QueueRecord, given: Attributes, wanted: Attributes): void {
  const other = Object.keys(given).find((name) => !isSame(name, attributes[name], wanted[name]));
  if (other === undefined) return;
  throw new SqsError(
    'QueueNameExists',
    `A queue already exists with the same name and a different value for attribute ${other}`,
  );
}
