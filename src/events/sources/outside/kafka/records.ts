import type { KafkaRecord, RecordsBatch } from '@platformatic/kafka';
import type { SourceRecord } from '../../source.ts';

/** A record of a partition. */
export interface PartitionRecord extends SourceRecord {
  readonly partition: number;
  readonly offset: bigint;
}

/** What a broker answers of a partition, as far as it is looked at. */
export interface PartitionAnswer {
  readonly partitionIndex: number;
  readonly records?: readonly RecordsBatch[] | null;
  readonly abortedTransactions?: readonly { readonly producerId: bigint; readonly firstOffset: bigint }[] | null;
}

/** What was read of a partition: its records, and where it is to be read next. */
export interface PartitionRead {
  readonly records: readonly PartitionRecord[];
  readonly next: bigint;
}

/** Of the attributes of a batch (https://kafka.apache.org/documentation/#recordbatch). */
const logAppendTime = 0b1000;
const transactional = 0b1_0000;
const control = 0b10_0000;

/**
 * The records of a partition from an offset on that are there for all to read: none of transactions that were aborted, and no markers. The client's
 * own selection lets those of an aborted transaction through whose end did not come with the same answer.
 */
export function readRecords(
  topic: string,
  { partitionIndex: partition, records: batches, abortedTransactions }: PartitionAnswer,
  from: bigint,
): PartitionRead {
  const waiting = [...(abortedTransactions ?? [])].sort((a, b) => Number(a.firstOffset - b.firstOffset));
  const aborted = new Set<bigint>();
  const records: PartitionRecord[] = [];
  let next = from;
  for (const batch of batches ?? []) {
    if (batch.magic !== 2)
      throw new Error(`${topic}-${partition} has records in a format of before Kafka 0.11 (${batch.magic}).`);
    const last = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    // Answers begin with the batch that an offset is in, and not with the offset.
    if (last < from) continue;
    for (let [begun] = waiting; begun !== undefined && begun.firstOffset <= last; [begun] = waiting) {
      aborted.add(begun.producerId);
      waiting.shift();
    }
    next = last + 1n;
    if ((batch.attributes & control) !== 0) {
      if (isAbort(batch)) aborted.delete(batch.producerId);
    } else if ((batch.attributes & transactional) === 0 || !aborted.has(batch.producerId))
      for (const record of batch.records)
        if (batch.firstOffset + BigInt(record.offsetDelta) >= from)
          records.push(recordOf(topic, partition, batch, record));
  }
  return { records, next };
}

/** The key of a marker is its version and its type, and type 0 is an abort. */
function isAbort({ records: [marker] }: RecordsBatch): boolean {
  return marker?.key !== undefined && marker.key !== null && marker.key.length >= 4 && marker.key.readInt16BE(2) === 0;
}

function recordOf(topic: string, partition: number, batch: RecordsBatch, record: KafkaRecord): PartitionRecord {
  const offset = batch.firstOffset + BigInt(record.offsetDelta);
  const appended = (batch.attributes & logAppendTime) !== 0;
  const madeAt = Number(appended ? batch.maxTimestamp : batch.firstTimestamp + record.timestampDelta);
  const { key, value, headers } = record;
  const head = {
    topic,
    partition,
    offset: Number(offset),
    timestamp: madeAt,
    timestampType: appended ? 'LOG_APPEND_TIME' : 'CREATE_TIME',
  };
  const wire = {
    ...head,
    ...(key !== null && { key: key.toString('base64') }),
    ...(value !== null && { value: value.toString('base64') }),
    headers: headers.map(([name, bytes]) => ({ [name?.toString() ?? '']: [...(bytes ?? [])] })),
  };
  const [keyText, valueText] = [textOf(key), textOf(value)];
  const filtered = {
    ...wire,
    ...(keyText !== undefined && { key: keyText }),
    ...(valueText !== undefined && { value: valueText }),
  };
  return {
    id: `${topic}-${partition}-${offset}`,
    wire,
    filtered,
    // Base64 is a third longer, and a byte of a header has up to four characters.
    bytes: Buffer.byteLength(JSON.stringify(wire)),
    madeAt,
    partition,
    offset,
  };
}

/** Undefined where it is no UTF-8. */
function textOf(bytes: Buffer | null): string | undefined {
  if (bytes === null) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
