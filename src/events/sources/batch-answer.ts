import type { BatchOutcome } from './source.ts';

/**
 * What a function's answer says of its batch, with `ReportBatchItemFailures`: nothing at all, or no failures, is success; what cannot be understood,
 * or names a record that was not in the batch, is failure of all of them. As AWS has it
 * (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html).
 */
export function outcomeOf(answer: Uint8Array, ids: ReadonlySet<string>): BatchOutcome {
  const failed: BatchOutcome = { kind: 'failed', error: 'The answer of the function names no records of its batch.' };
  let value: unknown;
  try {
    const text = Buffer.from(answer).toString();
    value = text === '' ? null : JSON.parse(text);
  } catch {
    return { kind: 'failed', error: 'The answer of the function is no JSON.' };
  }
  if (value === null) return { kind: 'ok' };
  if (typeof value !== 'object' || Array.isArray(value)) return failed;
  const items: unknown = Reflect.get(value, 'batchItemFailures') ?? null;
  if (items === null) return Object.keys(value).length === 0 || 'batchItemFailures' in value ? { kind: 'ok' } : failed;
  if (!Array.isArray(items)) return failed;
  const named = new Set<string>();
  for (const item of items) {
    const id: unknown = typeof item === 'object' && item !== null ? Reflect.get(item, 'itemIdentifier') : undefined;
    const text = identifierOf(id);
    if (text === undefined || !ids.has(text)) return failed;
    named.add(text);
  }
  return named.size === 0 ? { kind: 'ok' } : { kind: 'some', failed: named };
}

/** A record of Kafka is named by its partition (`TOPIC-NUMBER`) and offset, all others by a text. AWS's own library has `topic-partition` for the former. */
function identifierOf(id: unknown): string | undefined {
  if (typeof id === 'string') return id;
  if (typeof id !== 'object' || id === null) return undefined;
  const partition: unknown = Reflect.get(id, 'partition') ?? Reflect.get(id, 'topic-partition');
  const offset: unknown = Reflect.get(id, 'offset');
  return typeof partition === 'string' && Number.isSafeInteger(offset) ? `${partition}-${String(offset)}` : undefined;
}
