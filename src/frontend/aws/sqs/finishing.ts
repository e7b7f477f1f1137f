import { invalidParameter, missingParameter, SqsError } from '../../../api/sqs/errors.ts';
import { integerIn, requiredText } from '../../../api/sqs/input.ts';
import type { JsonInput } from '../../../api/json-input.ts';
import type { KnownQueue } from '../../../events/queues/queue-book.ts';
import { checkVisibility } from '../../../events/queues/queue-messages.ts';
import type { DeleteOutcome, Receipt, VisibilityOutcome } from '../../../store/durable/contracts/queues.ts';
import { permittedQueue } from './access.ts';
import { entriesIn, failure, sorted } from './batch.ts';
import { queueIn, type SqsRun } from './sqs-call.ts';

export const deleteMessage: SqsRun = async (request) => {
  const queue = await permittedQueue(request, queueIn(request), 'DeleteMessage');
  const held = heldIn(request.input, queue);
  const [outcome] = await request.queues.messages.delete(queue, [held.receipt]);
  const refusal = deleteRefusal(queue, held, outcome);
  if (refusal !== undefined) throw refusal;
  return {};
};

export const deleteMessageBatch: SqsRun = async (request) => {
  const queue = await permittedQueue(request, queueIn(request), 'DeleteMessage');
  const { right, failed } = sorted(entriesIn(request.input, 'DeleteMessageBatch'), (input) => heldIn(input, queue));
  const receipts = right.map(({ value }) => value.receipt);
  const outcomes = receipts.length === 0 ? [] : await request.queues.messages.delete(queue, receipts);
  return outcomesOf(right, failed, (held, index) => deleteRefusal(queue, held, outcomes[index]));
};

export const changeMessageVisibility: SqsRun = async (request) => {
  const queue = await permittedQueue(request, queueIn(request), 'ChangeMessageVisibility');
  const change = changeIn(request.input, queue);
  const [outcome] = await request.queues.messages.changeVisibility(queue, [change]);
  const refusal = visibilityRefusal(change, outcome);
  if (refusal !== undefined) throw refusal;
  return {};
};

export const changeMessageVisibilityBatch: SqsRun = async (request) => {
  const queue = await permittedQueue(request, queueIn(request), 'ChangeMessageVisibility');
  const entries = entriesIn(request.input, 'ChangeMessageVisibilityBatch');
  const { right, failed } = sorted(entries, (input) => changeIn(input, queue));
  const changes = right.map(({ value }) => value);
  const outcomes = changes.length === 0 ? [] : await request.queues.messages.changeVisibility(queue, changes);
  return outcomesOf(right, failed, (change, index) => visibilityRefusal(change, outcomes[index]));
};

/** A message by what its receiver has of it. */
interface Held {
  readonly handle: string;
  readonly receipt: Receipt;
}

interface Change extends Held {
  readonly seconds: number;
}

function heldIn(input: JsonInput, queue: KnownQueue): Held {
  const handle = requiredText(input, 'ReceiptHandle');
  return { handle, receipt: queue.receipts.receiptOf(handle) };
}

function changeIn(input: JsonInput, queue: KnownQueue): Change {
  const seconds = integerIn(input, 'VisibilityTimeout');
  const held = heldIn(input, queue);
  if (seconds === undefined) throw missingParameter('VisibilityTimeout');
  checkVisibility(seconds);
  return { ...held, seconds };
}

/** What is gone is as good as deleted. In a standard queue so is what somebody else has now: AWS promises no more. */
function deleteRefusal(
  { fifo }: KnownQueue,
  { handle }: Held,
  outcome: DeleteOutcome | undefined,
): SqsError | undefined {
  return fifo && outcome === 'late'
    ? invalidParameter('ReceiptHandle', handle, 'The receipt handle has expired.')
    : undefined;
}

function visibilityRefusal({ handle, seconds }: Change, outcome: VisibilityOutcome | undefined): SqsError | undefined {
  if (outcome === 'late') return new SqsError('MessageNotInflight', 'The message referred to is not in flight.');
  if (outcome === 'gone')
    return invalidParameter(
      'ReceiptHandle',
      handle,
      'Message does not exist or is not available for visibility timeout change.',
    );
  if (outcome === 'too-long')
    return invalidParameter(
      'VisibilityTimeout',
      seconds,
      'Total VisibilityTimeout for the message is beyond the limit [43200 seconds]',
    );
  return undefined;
}

function outcomesOf<T>(
  right: readonly { readonly id: string; readonly value: T }[],
  failed: readonly object[],
  refusalOf: (value: T, index: number) => SqsError | undefined,
): Readonly<Record<string, unknown>> {
  const successful: object[] = [];
  const all = [...failed];
  for (const [index, { id, value }] of right.entries()) {
    const refusal = refusalOf(value, index);
    if (refusal === undefined) successful.push({ Id: id });
    else all.push(failure(id, refusal));
  }
  return { Successful: successful, Failed: all };
}
