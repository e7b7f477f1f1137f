import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { functionArn } from '../../api/function-ref.ts';
import type { Clock } from '../../model/clock.ts';
import { latestVersion } from '../../model/functions/function.ts';
import type { MappingRecord } from '../../store/durable/contracts/sources.ts';
import type { AsyncEvents } from '../async/async-events.ts';
import type { EventTargets } from '../async/targets.ts';
import { DestinationError } from '../destinations/destination.ts';
import type { EventSourceOptions } from './event-sources.ts';
import type { ToldOfRecords } from './source-kind.ts';
import type { GivenUpWhy } from './segments.ts';
import type { SourceRecord } from './source.ts';

/** The largest event that goes along with a record, bytes: a message of a queue has 1 MiB at most. */
const payloadBytesMax = 1_000_000;

/** Records that were given up. */
export interface GivenUp {
  readonly requestId: string;
  readonly functionArn: string;
  readonly mapping: MappingRecord;
  readonly items: readonly SourceRecord[];
  readonly why: GivenUpWhy;
  readonly failures: number;
  readonly told: ToldOfRecords;
}

/**
 * The record that AWS sends to on-failure destinations of streams, with the event in `payload`, as a text, where it is not too large
 * (https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html); what AWS has as `KinesisBatchInfo` is `SourceBatchInfo`.
 */
export function givenUpRecord(given: GivenUp, nowMs: number): Uint8Array {
  const { requestId, functionArn: arn, mapping, items, why, failures, told } = given;
  const [first, last] = [items[0], items.at(-1)];
  const bytes = items.reduce((sum, item) => sum + item.bytes, 0);
  const head = {
    requestContext: { requestId, functionArn: arn, condition: why, approximateInvokeCount: failures },
    ...(failures > 0 && {
      responseContext: {
        statusCode: 200,
        executedVersion: mapping.qualifier ?? latestVersion,
        functionError: 'Unhandled',
      },
    }),
    version: '1.0',
    timestamp: new Date(nowMs).toISOString(),
    ...(told.info ?? {
      SourceBatchInfo: {
        eventSourceArn: mapping.sourceArn,
        firstRecordId: first?.id,
        lastRecordId: last?.id,
        approximateArrivalOfFirstRecord: timeOf(first),
        approximateArrivalOfLastRecord: timeOf(last),
        batchSize: items.length,
      },
    }),
  };
  if (bytes > payloadBytesMax / 2) return Buffer.from(JSON.stringify(head));
  const whole = JSON.stringify({ ...head, payload: JSON.stringify(told.event) });
  const fits = Buffer.byteLength(whole) <= payloadBytesMax;
  return Buffer.from(fits ? whole : JSON.stringify(head));
}

function timeOf(item: SourceRecord | undefined): string | undefined {
  return item?.madeAt === undefined ? undefined : new Date(item.madeAt).toISOString();
}

/** Has what is given up told to the on-failure destination of its mapping, if that has one; on the disk when it resolves. */
export function failureTeller(parts: {
  readonly async: Pick<AsyncEvents, 'tell'>;
  readonly targets: EventTargets;
  readonly region: string;
  readonly clock: Clock;
  readonly logger: Logger;
}): EventSourceOptions['giveUp'] {
  const { async, targets, region, clock, logger } = parts;
  return async (mapping, items, why, failures, told) => {
    const { account, functionName, qualifier, order, uuid } = mapping;
    const about = { mapping: uuid, source: mapping.sourceArn, why, first: items[0]?.id, count: items.length };
    const arn = order?.onFailureArn;
    if (arn === undefined) return logger.warn(about, 'Records of an event source were given up, and are kept nowhere.');
    const unqualified = functionArn({ account, region }, functionName);
    const ofFunction = qualifier === undefined ? unqualified : `${unqualified}:${qualifier}`;
    const requestId = randomUUID();
    const rules = await targets.rules(account, functionName, qualifier);
    const payload = givenUpRecord(
      { requestId, functionArn: ofFunction, mapping, items, why, failures, told },
      clock.wall(),
    );
    const detail = { functionName, functionArn: ofFunction, egress: rules?.egress ?? {}, succeeded: false };
    try {
      await async.tell({ account, requestId, arn, payload, about: detail });
    } catch (err) {
      if (!(err instanceof DestinationError)) throw err;
      // It was checked when the mapping was made: to wait for what may never come would hold up everything behind.
      logger.error({ ...about, arn, err }, 'Records of an event source were given up, and cannot be told of.');
    }
  };
}
