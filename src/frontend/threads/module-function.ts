import { createHash } from 'node:crypto';
import { functionArn } from '../../api/function-ref.ts';
import { checkEnvironment, portableName } from '../../api/environment.ts';
import { ApiError } from '../../api/errors.ts';
import { runtimes, type RuntimeName } from '../../model/configuration.ts';
import type { FunctionVersion } from '../../model/function.ts';
import { limits } from '../../model/limits.ts';
import type { SpawnOrder } from '../../protocol/session/session-messages.ts';

/** Code of threads as the code store knows it. */
export interface KeptCode {
  /** SHA-256 of the zip, base64. */
  readonly sha256: string;
  readonly zipBytes: number;
}

/** The module's file in every bundle; which of its exports runs, each call says. */
const handler = 'index.default';

/**
 * The function that a thread's module is underneath: threads of the same code, runtime, memory and environment share
 * containers, as invocations of one function do; those that are apart, only with each other. Throws ApiError for what no function may have.
 */
export function moduleFunction(
  scope: { readonly account: string; readonly region: string },
  order: SpawnOrder,
  code: KeptCode,
  wallMs: number,
): FunctionVersion {
  const { memoryMb, environment } = order;
  const runtime = runtimeOf(order.runtime);
  checkSizes(order);
  checkEnvironment(environment, portableName);
  const name = `thread-${order.code.slice(0, 16)}`;
  const kind = JSON.stringify([
    order.code,
    runtime,
    memoryMb,
    order.apart,
    Object.entries(environment).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ]);
  return {
    account: scope.account,
    name,
    version: '$LATEST',
    arn: functionArn(scope, name),
    revisionId: createHash('sha256').update(kind).digest('hex'),
    runtime,
    handler,
    codeSha256: code.sha256,
    codeBytes: code.zipBytes,
    memoryMb,
    timeoutMs: order.timeoutMs,
    environment: { ...environment, HEDDLE_THREAD_CODE: order.code },
    description: '',
    role: '',
    modifiedAt: wallMs,
  };
}

function runtimeOf(text: string): RuntimeName {
  const runtime = runtimes.find((known) => known === text);
  if (runtime !== undefined) return runtime;
  throw new ApiError(
    'InvalidParameterValueException',
    `There is no runtime '${text.slice(0, 40)}'; there are ${runtimes.join(', ')}.`,
  );
}

function checkSizes({ memoryMb, timeoutMs }: SpawnOrder): void {
  const { functionMemoryMbMin: least, functionMemoryMbMax: most, threadTimeoutMsMax } = limits;
  if (memoryMb < least || memoryMb > most)
    throw new ApiError(
      'InvalidParameterValueException',
      `A thread was to have ${memoryMb} MB of memory; it must have between ${least} and ${most}.`,
    );
  if (timeoutMs < 1 || timeoutMs > threadTimeoutMsMax)
    throw new ApiError(
      'InvalidParameterValueException',
      `A thread was to have ${timeoutMs} ms; it must have between 1 and ${threadTimeoutMsMax}.`,
    );
}
