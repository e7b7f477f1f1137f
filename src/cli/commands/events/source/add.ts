import type { Command } from 'commander';
import type { HeddleClient } from '../../../../sdk/client.ts';
import type { Shape } from '../../../../sdk/shape.ts';
import { ServiceError } from '../../../../sdk/service-error.ts';
import { done } from '../../../accounts/print-key.ts';
import { launcher, printJson, wantsJson, withClient } from '../../../context.ts';
import { CliError, exitCodes } from '../../../exit.ts';
import { refuseUnknownFunction } from '../../../unknown-function.ts';
import { wholeFlag } from '../../../whole-flag.ts';
import { arnOf, secondsFlag } from '../queue/create.ts';

/** Where mappings are, in the Lambda API. */
export const mappingsPath = '/2015-03-31/event-source-mappings';

interface Flags {
  readonly batch?: string;
  readonly window?: string;
  readonly filter?: readonly string[];
  readonly partial?: true;
  readonly concurrency?: string;
  readonly from?: string;
  readonly group?: string;
  readonly retries?: string;
  readonly age?: string;
  readonly bisect?: true;
  readonly onFailure?: string;
  readonly disabled?: true;
}

/** `heddle source add` */
export async function add(source: string, functionName: string, command: Command): Promise<void> {
  const flags: Flags = command.opts();
  const settings = settingsOf(flags);
  await withClient(command, async (client) => {
    const name = functionName.split(':')[0] ?? '';
    if ((await client.findFunction(name)) === undefined) await refuseUnknownFunction(client, name);
    const EventSourceArn = await sourceArn(client, source);
    const onFailure = flags.onFailure === undefined ? undefined : await destination(client, flags.onFailure);
    const request = {
      EventSourceArn,
      FunctionName: functionName,
      ...settings,
      ...(onFailure !== undefined && { DestinationConfig: { OnFailure: { Destination: onFailure } } }),
    };
    const made = await create(client, request, flags.from).catch(explain);
    if (wantsJson(command)) return printJson(made);
    done(`What comes in ${source} goes to ${functionName}: ${made.text('UUID')}`);
  });
}

/** A service's words, with what may mend it. */
function explain(cause: unknown): never {
  if (cause instanceof ServiceError && /visibility timeout/i.test(cause.message)) {
    const hint = `A message must stay hidden while its function runs: ${launcher()} queue set NAME --visibility 1m, or a shorter time-out of the function.`;
    throw new CliError(cause.message, exitCodes.refused, { hint, cause });
  }
  throw cause;
}

function settingsOf(flags: Flags): object {
  const { batch, window, filter, partial, concurrency, group, retries, age, bisect, disabled } = flags;
  const [size, atOnce, tries] = [
    wholeFlag('batch', batch, 1, 10_000),
    wholeFlag('concurrency', concurrency, 2, 2_000),
    wholeFlag('retries', retries, 0, 10_000),
  ];
  const [gather, old] = [secondsFlag('window', window), secondsFlag('age', age)];
  return {
    ...(size !== undefined && { BatchSize: size }),
    ...(gather !== undefined && { MaximumBatchingWindowInSeconds: gather }),
    ...(filter !== undefined && { FilterCriteria: { Filters: filter.map((Pattern) => ({ Pattern })) } }),
    ...(partial === true && { FunctionResponseTypes: ['ReportBatchItemFailures'] }),
    ...(atOnce !== undefined && { ScalingConfig: { MaximumConcurrency: atOnce } }),
    ...(group !== undefined && { SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: group } }),
    ...(tries !== undefined && { MaximumRetryAttempts: tries }),
    ...(old !== undefined && { MaximumRecordAgeInSeconds: old }),
    ...(bisect === true && { BisectBatchOnFunctionError: true }),
    ...(disabled === true && { Enabled: false }),
  };
}

/** Streams begin at their beginning where nothing is said; that it is one, the service knows. */
async function create(client: HeddleClient, request: object, from: string | undefined): Promise<Shape> {
  const at = from === undefined ? {} : positionOf(from);
  return await client.json('POST', mappingsPath, { ...request, ...at }).catch(async (error: unknown) => {
    const isStream = error instanceof ServiceError && error.message.includes("at 'startingPosition'");
    if (from !== undefined || !isStream) throw error;
    return await client.json('POST', mappingsPath, { ...request, ...positionOf('start') });
  });
}

function positionOf(from: string): object {
  if (from === 'start') return { StartingPosition: 'TRIM_HORIZON' };
  if (from === 'now') return { StartingPosition: 'LATEST' };
  const ms = Date.parse(from);
  if (Number.isNaN(ms))
    throw new CliError(
      `--from must be start, now, or a time such as 2026-05-01T00:00Z; it is "${from}".`,
      exitCodes.usage,
    );
  return { StartingPosition: 'AT_TIMESTAMP', StartingPositionTimestamp: ms / 1_000 };
}

/** A queue's name, `CONNECTION/WHAT`, or an ARN. */
async function sourceArn(client: HeddleClient, source: string): Promise<string> {
  if (source.startsWith('arn:')) return source;
  return source.includes('/') ? `arn:aws:heddle-source:::${source}` : await arnOf(client, source);
}

async function destination(client: HeddleClient, to: string): Promise<string> {
  if (to.startsWith('arn:')) return to;
  return /^https?:/.test(to) ? `arn:aws:heddle-http:::${to}` : await arnOf(client, to);
}
