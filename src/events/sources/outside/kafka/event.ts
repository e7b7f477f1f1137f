import type { SourceRecord } from '../../source.ts';

/** The event that AWS makes of records of a cluster that it does not manage (https://docs.aws.amazon.com/lambda/latest/dg/with-kafka.html). */
export function kafkaEvent(records: readonly object[], servers: readonly string[]): object {
  return {
    eventSource: 'SelfManagedKafka',
    bootstrapServers: servers.join(','),
    records: Object.fromEntries(Map.groupBy(records, partitionOf)),
  };
}

/** What AWS tells of them where they are given up (https://docs.aws.amazon.com/lambda/latest/dg/kafka-on-failure.html). */
export function kafkaGivenUp(
  items: readonly SourceRecord[],
  servers: readonly string[],
  eventSourceArn: string,
): { readonly KafkaBatchInfo: object } {
  const byPartition = Map.groupBy(items, ({ wire }) => partitionOf(wire));
  const recordBatchInfo = [...byPartition].map(([partition, of]) => {
    const [first, last] = [of[0], of.at(-1)];
    return [
      partition,
      {
        firstRecordOffset: offsetOf(first),
        lastRecordOffset: offsetOf(last),
        firstRecordTimestamp: timeOf(first),
        lastRecordTimestamp: timeOf(last),
      },
    ] as const;
  });
  return {
    KafkaBatchInfo: {
      batchSize: items.length,
      eventSourceArn,
      bootstrapServers: servers.join(','),
      payloadSize: items.reduce((sum, { bytes }) => sum + bytes, 0),
      recordBatchInfo: Object.fromEntries(recordBatchInfo),
    },
  };
}

function partitionOf(wire: object): string {
  return `${String(Reflect.get(wire, 'topic'))}-${String(Reflect.get(wire, 'partition'))}`;
}

function offsetOf(item: SourceRecord | undefined): string {
  return String(Reflect.get(item?.wire ?? {}, 'offset'));
}

function timeOf(item: SourceRecord | undefined): string | undefined {
  return item?.madeAt === undefined ? undefined : new Date(item.madeAt).toISOString();
}
