import { functionArn } from '../../../api/function-ref.ts';
import type { MappingCounts } from '../../../events/sources/batch-runner.ts';
import type { MappingRecord, OrderRules } from '../../../store/durable/contracts/sources.ts';

/** Where a mapping is on its way to. */
export type MappingState = 'Creating' | 'Enabled' | 'Disabled' | 'Updating' | 'Deleting';

/** The ARN of a mapping. */
export function mappingArn({ account, uuid }: Pick<MappingRecord, 'account' | 'uuid'>, region: string): string {
  return `arn:aws:lambda:${region}:${account}:event-source-mapping:${uuid}`;
}

/** The ARN of the function, with the qualifier that was used. */
export function mappedArn({ account, functionName, qualifier }: MappingRecord, region: string): string {
  const arn = functionArn({ account, region }, functionName);
  return qualifier === undefined ? arn : `${arn}:${qualifier}`;
}

/** A mapping as AWS shows it. */
export function mappingWire(
  mapping: MappingRecord,
  region: string,
  { last }: Pick<MappingCounts, 'last'>,
  state: MappingState = mapping.enabled ? 'Enabled' : 'Disabled',
): object {
  const { order, filters, concurrencyMax } = mapping;
  return {
    UUID: mapping.uuid,
    EventSourceMappingArn: mappingArn(mapping, region),
    ...sourceWire(mapping),
    FunctionArn: mappedArn(mapping, region),
    State: state,
    StateTransitionReason: 'USER_INITIATED',
    LastModified: mapping.modifiedAt / 1_000,
    LastProcessingResult: last,
    BatchSize: mapping.batchSize,
    MaximumBatchingWindowInSeconds: mapping.windowSeconds,
    FunctionResponseTypes: mapping.reportsItems ? ['ReportBatchItemFailures'] : [],
    ...(filters.length > 0 && { FilterCriteria: { Filters: filters.map((Pattern) => ({ Pattern })) } }),
    ...(concurrencyMax !== undefined && { ScalingConfig: { MaximumConcurrency: concurrencyMax } }),
    ...(order !== undefined && orderWire(order)),
    ...mapping.kept,
  };
}

/** What it reads, as it was named. */
function sourceWire({ sourceArn, servers, groupId }: MappingRecord): object {
  if (groupId === undefined) return { EventSourceArn: sourceArn };
  return {
    ...(servers === undefined
      ? { EventSourceArn: sourceArn }
      : { SelfManagedEventSource: { Endpoints: { KAFKA_BOOTSTRAP_SERVERS: servers } } }),
    Topics: [sourceArn.slice(sourceArn.indexOf('/') + 1)],
    SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: groupId },
  };
}

function orderWire({ startAt, retriesMax, ageSecondsMax, bisects, onFailureArn }: OrderRules): object {
  return {
    StartingPosition: typeof startAt === 'string' ? startAt : 'AT_TIMESTAMP',
    ...(typeof startAt === 'object' && { StartingPositionTimestamp: startAt.timestamp / 1_000 }),
    MaximumRetryAttempts: retriesMax,
    MaximumRecordAgeInSeconds: ageSecondsMax,
    BisectBatchOnFunctionError: bisects,
    ParallelizationFactor: 1,
    TumblingWindowInSeconds: 0,
    DestinationConfig: { OnFailure: onFailureArn === undefined ? {} : { Destination: onFailureArn } },
  };
}
