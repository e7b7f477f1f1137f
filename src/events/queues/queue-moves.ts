import { invalidParameter, noSuchQueue, SqsError } from '../../api/sqs/errors.ts';
import { queueOfArn, type QueueName } from '../../api/sqs/queue-name.ts';
import type { MoveTask } from '../../store/durable/contracts/queues.ts';
import type { QueueParts } from './parts.ts';

const rateMax = 500;

/** Tasks that move messages from dead-letter queues back to where they came from, or elsewhere. */
export class QueueMoves {
  readonly #parts: QueueParts;

  constructor(parts: QueueParts) {
    this.#parts = parts;
  }

  /** Gives the task's handle. Throws SqsError. */
  async start(
    source: QueueName,
    destination: QueueName | undefined,
    ratePerSecond: number | undefined,
  ): Promise<string> {
    const { store, book, clock, chores } = this.#parts;
    if (
      ratePerSecond !== undefined &&
      !(Number.isInteger(ratePerSecond) && ratePerSecond >= 1 && ratePerSecond <= rateMax)
    )
      throw invalidParameter(
        'MaxNumberOfMessagesPerSecond',
        ratePerSecond,
        `It must be an integer between 1 and ${rateMax}.`,
      );
    const from = await book.get(source);
    const { account, name } = source;
    const sources = await store.sourcesOf({ account, deadLetter: name, prefix: '', after: '', max: 1 }, 'process');
    if (sources.length === 0)
      throw new SqsError('InvalidParameterValueException', 'Source queue must be configured as a Dead Letter Queue.');
    if (destination !== undefined) await this.#checkDestination(destination, from.fifo);
    if (destination?.name === name) throw invalidParameter('DestinationArn', name, 'It is the source itself.');
    const task = {
      ...{ account, source: from.id, sourceName: name, now: clock.wall() },
      ...(destination !== undefined && { destinationName: destination.name }),
      ...(ratePerSecond !== undefined && { ratePerSecond }),
    };
    const started = await store.startMove(task);
    if (started === 'running')
      throw new SqsError(
        'UnsupportedOperation',
        'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
      );
    chores.move({ ...task, id: started.id });
    return moveHandle(started.id, account);
  }

  /** Gives how many had been moved. Throws ResourceNotFoundException, UnsupportedOperation. */
  async cancel(handle: string, account: string): Promise<number> {
    const id = moveIn(handle, account);
    const task = this.#parts.used() ? await this.#parts.store.cancelMove({ id }) : undefined;
    if (task === undefined || task.account !== account)
      throw new SqsError('ResourceNotFoundException', 'Task does not exist.');
    if (task.status !== 'RUNNING')
      throw new SqsError('UnsupportedOperation', `Only active tasks can be cancelled; this one is ${task.status}.`);
    return task.moved;
  }

  /** The newest first. */
  async list(source: QueueName, max: number): Promise<readonly MoveTask[]> {
    const { id } = await this.#parts.book.get(source);
    return await this.#parts.store.moves({ source: id, max }, 'process');
  }

  /** Throws ResourceNotFoundException where it is no queue of this account. */
  async queueOf(arn: string, account: string, parameter: string): Promise<QueueName> {
    const { region, book } = this.#parts;
    const queue = queueOfArn(arn, region);
    const found = queue?.account === account ? await book.find(queue) : undefined;
    if (found !== undefined) return found;
    throw new SqsError(
      'ResourceNotFoundException',
      `The resource that you specified for the ${parameter} parameter doesn't exist.`,
    );
  }

  async #checkDestination(destination: QueueName, fifo: boolean): Promise<void> {
    const found = await this.#parts.book.find(destination);
    if (found === undefined) throw noSuchQueue();
    if (found.fifo !== fifo)
      throw new SqsError('InvalidParameterValueException', 'Source and destination must be queues of the same type.');
  }
}

/** What clients name a task by. */
export function moveHandle(id: number, account: string): string {
  return Buffer.from(`heddle-move:${account}:${id}`).toString('base64');
}

/** Another account's task is as one that is not there. */
function moveIn(handle: string, account: string): number {
  const [, owner, id] = /^heddle-move:(\d{12}):(\d{1,15})$/.exec(Buffer.from(handle, 'base64').toString()) ?? [];
  if (id === undefined)
    throw new SqsError('InvalidParameterValueException', 'Value for parameter TaskHandle is invalid.');
  if (owner !== account) throw new SqsError('ResourceNotFoundException', 'Task does not exist.');
  return Number(id);
}
