import { ApiError } from '../../../api/errors.ts';
import { optionalInteger, optionalObject, optionalString, type JsonInput } from '../../../api/json-input.ts';
import type { SourceRules } from '../../../events/sources/source-kind.ts';
import { compileFilters } from '../../../events/sources/filter/filter.ts';
import { PatternError } from '../../../events/sources/filter/pattern-error.ts';
import type { MappingRecord, OrderRules } from '../../../store/durable/contracts/sources.ts';

/** What a request to make or change a mapping says of how records are taken; what it does not say stays as `before` has it. */
export type MappingSettings = Pick<
  MappingRecord,
  'enabled' | 'batchSize' | 'windowSeconds' | 'filters' | 'concurrencyMax' | 'reportsItems' | 'order' | 'kept'
>;

const filtersMax = 10;

/** Members that say nothing here: they are kept, and shown. */
const keptNames = [
  'KMSKeyArn',
  'MetricsConfig',
  'LoggingConfig',
  'ProvisionedPollerConfig',
  'SourceAccessConfigurations',
] as const;

/** Reads them for a kind of source. Throws InvalidParameterValueException. */
export function readMapping(
  input: JsonInput,
  rules: SourceRules,
  dataKey: string,
  before?: MappingRecord,
): MappingSettings {
  const batchSize = optionalInteger(input, 'BatchSize') ?? before?.batchSize ?? rules.batchUsual;
  const windowSeconds = optionalInteger(input, 'MaximumBatchingWindowInSeconds') ?? before?.windowSeconds ?? 0;
  checkBatch(batchSize, windowSeconds, rules);
  const concurrencyMax = concurrencyOf(input, rules, before);
  const order = rules.ordered ? orderOf(input, before?.order) : undefined;
  if (!rules.ordered) refuseOrder(input);
  const types: unknown = input['FunctionResponseTypes'] ?? undefined;
  const kept = Object.fromEntries(
    keptNames.flatMap((name) => {
      const value = input[name] ?? before?.kept[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return {
    enabled: enabledOf(input) ?? before?.enabled ?? true,
    batchSize,
    windowSeconds,
    filters: filtersOf(input, dataKey) ?? before?.filters ?? [],
    ...(concurrencyMax !== undefined && { concurrencyMax }),
    reportsItems: Array.isArray(types) ? types.includes('ReportBatchItemFailures') : (before?.reportsItems ?? false),
    ...(order !== undefined && { order }),
    kept,
  };
}

function enabledOf(input: JsonInput): boolean | undefined {
  const value = input['Enabled'];
  return typeof value === 'boolean' ? value : undefined;
}

function checkBatch(size: number, window: number, { batchMax, batchAtOnceMax, windowMax }: SourceRules): void {
  if (size > batchMax)
    throw invalid(`Batch size ${size} is more than this event source takes; it should be from 1 to ${batchMax}.`);
  if (window > windowMax)
    throw invalid(
      windowMax === 0
        ? 'Batching window is not supported for FIFO queues.'
        : `Maximum batch window in seconds is ${window}; it should be from 0 to ${windowMax}.`,
    );
  if (size > batchAtOnceMax && window === 0)
    throw invalid(
      `Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than ${batchAtOnceMax}`,
    );
}

function concurrencyOf(input: JsonInput, { ordered }: SourceRules, before?: MappingRecord): number | undefined {
  const config = optionalObject(input, 'ScalingConfig');
  if (config === undefined) return before?.concurrencyMax;
  const max = optionalInteger(config, 'MaximumConcurrency');
  if (max !== undefined && ordered)
    throw invalid('ScalingConfig is for queues; this event source is read in its order.');
  return max;
}

function filtersOf(input: JsonInput, dataKey: string): readonly string[] | undefined {
  const criteria = optionalObject(input, 'FilterCriteria');
  if (criteria === undefined) return undefined;
  const list: unknown = criteria['Filters'] ?? [];
  const filters: readonly unknown[] = Array.isArray(list) ? list : [];
  if (filters.length > filtersMax)
    throw invalid(`An event source mapping has ${filters.length} filters; it should have ${filtersMax} at most.`);
  const patterns = filters.map((each): string => {
    const pattern: unknown = typeof each === 'object' && each !== null ? Reflect.get(each, 'Pattern') : undefined;
    return typeof pattern === 'string' ? pattern : '{}';
  });
  try {
    compileFilters(patterns, dataKey);
  } catch (cause) {
    if (!(cause instanceof PatternError)) throw cause;
    throw invalid(`Invalid filter pattern definition. ${cause.message}`, cause);
  }
  return patterns;
}

const orderNames = [
  'StartingPosition',
  'StartingPositionTimestamp',
  'MaximumRetryAttempts',
  'MaximumRecordAgeInSeconds',
  'BisectBatchOnFunctionError',
  'ParallelizationFactor',
  'TumblingWindowInSeconds',
] as const;

function refuseOrder(input: JsonInput): void {
  const given = orderNames.filter((name) => (input[name] ?? undefined) !== undefined);
  const destination = optionalObject(optionalObject(input, 'DestinationConfig') ?? {}, 'OnFailure') ?? {};
  if ((optionalString(destination, 'Destination') ?? '') !== '')
    throw invalid(
      'Unsupported DestinationConfig for this event source type: what a queue gives up goes to its dead-letter queue (RedrivePolicy).',
    );
  if (given.length > 0)
    throw invalid(`Unsupported ${given.join(', ')} for this event source type: a queue has no order to go on in.`);
}

function orderOf(input: JsonInput, before: OrderRules | undefined): OrderRules {
  if ((optionalInteger(input, 'TumblingWindowInSeconds') ?? 0) > 0)
    throw invalid('TumblingWindowInSeconds is for Kinesis and DynamoDB, which are not here.');
  if ((optionalInteger(input, 'ParallelizationFactor') ?? 1) > 1)
    throw invalid('ParallelizationFactor is for the shards of Kinesis and DynamoDB, which are not here.');
  const bisects = input['BisectBatchOnFunctionError'];
  const destination = optionalObject(input, 'DestinationConfig');
  const onFailure =
    destination === undefined
      ? before?.onFailureArn
      : optionalString(optionalObject(destination, 'OnFailure') ?? {}, 'Destination');
  return {
    startAt: startOf(input, before),
    retriesMax: optionalInteger(input, 'MaximumRetryAttempts') ?? before?.retriesMax ?? -1,
    ageSecondsMax: optionalInteger(input, 'MaximumRecordAgeInSeconds') ?? before?.ageSecondsMax ?? -1,
    bisects: typeof bisects === 'boolean' ? bisects : (before?.bisects ?? false),
    ...(onFailure !== undefined && onFailure !== '' && { onFailureArn: onFailure }),
  };
}

function startOf(input: JsonInput, before: OrderRules | undefined): OrderRules['startAt'] {
  if (before !== undefined) return before.startAt;
  const position = optionalString(input, 'StartingPosition');
  if (position === undefined)
    throw invalid(
      "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.",
    );
  if (position !== 'AT_TIMESTAMP') return position === 'LATEST' ? 'LATEST' : 'TRIM_HORIZON';
  const seconds = input['StartingPositionTimestamp'];
  if (typeof seconds !== 'number')
    throw invalid('StartingPositionTimestamp must be provided when StartingPosition is AT_TIMESTAMP.');
  return { timestamp: seconds * 1_000 };
}

function invalid(message: string, cause?: unknown): ApiError {
  return new ApiError('InvalidParameterValueException', message, { cause });
}
