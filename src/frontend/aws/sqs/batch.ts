import { SqsError } from '../../../api/sqs/errors.ts';
import { asObject, listIn, textIn } from '../../../api/sqs/input.ts';
import type { JsonInput } from '../../../api/json-input.ts';

const entriesMax = 10;

/** One entry of a batch. */
export interface Entry {
  readonly id: string;
  readonly input: JsonInput;
}

/** An entry that was refused, for `Failed`. */
export interface FailedEntry {
  readonly Id: string;
  readonly SenderFault: boolean;
  readonly Code: string;
  readonly Message: string;
}

/** The entries of a batch. Throws what SQS throws for the whole of it. */
export function entriesIn(input: JsonInput, operation: string): readonly Entry[] {
  const entries = listIn(input, 'Entries').map((value) => {
    const entry = asObject(value, 'Entries');
    return { id: textIn(entry, 'Id') ?? '', input: entry };
  });
  if (entries.length === 0)
    throw new SqsError('EmptyBatchRequest', `There should be at least one ${operation}RequestEntry in the request.`);
  if (entries.length > entriesMax)
    throw new SqsError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${entriesMax}. You have sent ${entries.length}.`,
    );
  const seen = new Set<string>();
  for (const { id } of entries) {
    if (!/^[\w-]{1,80}$/.test(id))
      throw new SqsError(
        'InvalidBatchEntryId',
        'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
      );
    if (seen.has(id)) throw new SqsError('BatchEntryIdsNotDistinct', `Id ${id} repeated.`);
    seen.add(id);
  }
  return entries;
}

/** What can be said of entries one by one: those that are right, and those that are not. */
export function sorted<T>(
  entries: readonly Entry[],
  read: (input: JsonInput) => T,
): { readonly right: readonly { readonly id: string; readonly value: T }[]; readonly failed: readonly FailedEntry[] } {
  const right: { readonly id: string; readonly value: T }[] = [];
  const failed: FailedEntry[] = [];
  for (const { id, input } of entries) {
    try {
      right.push({ id, value: read(input) });
    } catch (error) {
      if (!(error instanceof SqsError)) throw error;
      failed.push(failure(id, error));
    }
  }
  return { right, failed };
}

export function failure(id: string, error: SqsError): FailedEntry {
  return { Id: id, SenderFault: error.bySender, Code: error.queryCode, Message: error.message };
}
