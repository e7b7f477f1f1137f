import { createHash } from 'node:crypto';
import { functionArn } from '../../api/function-ref.ts';
import { checkEnvironment, portableName } from '../../api/environment.ts';
import { ApiError } from '../../api/errors.ts';
import { checkedEgress } from '../checked-egress.ts';
import { roleArn } from '../policies/documents.ts';
import { secretsOf } from './thread-secrets.ts';
import { nodeRuntimes, type RuntimeName } from '../../model/runtimes/configuration.ts';
import {
  egressOfStarted,
  type EgressSaid,
  type FunctionVersion,
  type Starter,
} from '../../model/functions/function.ts';
import { portionKey } from '../../model/functions/portion.ts';
import { threadCodeName } from '../../model/functions/thread-code.ts';
import type { SecurityPolicy } from '../../model/policies/security-policy.ts';
import { limits } from '../../model/limits.ts';
import type { SpawnOrder } from '../../protocol/session/session-messages.ts';
import { portionPlace, type PortionSurroundings } from './portions/portion-place.ts';

/** Code of threads as the code store knows it. */
export interface KeptCode {
  /** SHA-256 of the zip, base64. */
  readonly sha256: string;
  readonly zipBytes: number;
}

/** The module's file in every bundle; which of its exports runs, each call says. */
const handler = 'index.default';
/** Different policies by which one thread can be bound. */
const boundsMax = 8;

/**
 * The function that a thread's module is underneath: threads of the same code, runtime, memory and environment share
 * containers, as invocations of one function do; those that are apart, only with each other, and those that code started which runs for a
 * tenant, only with that tenant's; calls of a portion, only with that portion's. `starter`: what whoever starts it hands on, if that is code that runs here. Throws ApiError for what no function may have.
 */
export function moduleFunction(
  scope: { readonly account: string; readonly region: string },
  order: SpawnOrder,
  code: KeptCode,
  wallMs: number,
  starter: Starter | undefined,
  surroundings: PortionSurroundings,
): FunctionVersion {
  const { memoryMb, environment } = order;
  const runtime = runtimeOf(order.runtime);
  checkSizes(order);
  checkEnvironment(environment, portableName);
  const egress = egressOf(order, starter);
  const secrets = secretsOf(order, starter);
  const tenantId = starter?.tenantId;
  const portion = portionPlace(order, surroundings);
  const role = roleOf(starter, scope.account);
  const name = threadCodeName(order.code);
  const kind = JSON.stringify([
    order.code,
    runtime,
    memoryMb,
    order.apart,
    egress,
    secrets,
    tenantId,
    portion === undefined ? undefined : portionKey(portion),
    role,
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
    role,
    ...egress,
    ...(secrets !== undefined && { secrets }),
    ...(tenantId !== undefined && { tenancy: 'PER_TENANT' as const }),
    ...(order.apart && { apart: true }),
    ...(portion !== undefined && { portion }),
    modifiedAt: wallMs,
  };
}

/** What a thread of a program hands on to those that it starts itself; `policy`: what bounds it. Throws as `egressOf` does. */
export function startedBy(
  order: Pick<SpawnOrder, 'egress' | 'secrets' | 'apart'>,
  starter: Starter | undefined,
  policy: SecurityPolicy | undefined,
  program: string,
): Starter {
  const { tenantId, principal } = starter ?? {};
  const secrets = secretsOf(order, starter);
  return {
    ...egressOf(order, starter),
    ...(secrets !== undefined && { secrets }),
    ...(tenantId !== undefined && { tenantId }),
    ...(policy !== undefined && { policy }),
    ...(principal !== undefined && { principal }),
    program,
  };
}

/** Of code that has what a role allows: what it starts has it by that role, too, and loses it when that is revoked. */
function roleOf(starter: Starter | undefined, account: string): string {
  if (starter?.policy === undefined || starter.principal === undefined) return '';
  return roleArn({ account, name: starter.principal.role });
}

/**
 * Code of strangers reaches nothing unless it is said what; what other code starts, what that itself may reach. Throws ApiError for a
 * policy that cannot be meant.
 */
function egressOf(
  { egress, apart }: Pick<SpawnOrder, 'egress' | 'apart'>,
  starter: EgressSaid | undefined,
): EgressSaid {
  const said = egress === undefined ? (apart ? 'none' : undefined) : checkedEgress(egress);
  const all = starter === undefined ? { ...(said !== undefined && { egress: said }) } : egressOfStarted(starter, said);
  if ((all.egressWithin?.length ?? 0) <= boundsMax) return all;
  throw new ApiError(
    'InvalidParameterValueException',
    `A thread is bound by the egress policies of those that started it: ${all.egressWithin?.length} different ones; at most ${boundsMax} are taken.`,
  );
}

function runtimeOf(text: string): RuntimeName {
  const runtime = nodeRuntimes.find((known) => known === text);
  if (runtime !== undefined) return runtime;
  throw new ApiError(
    'InvalidParameterValueException',
    `There is no runtime '${text.slice(0, 40)}'; there are ${nodeRuntimes.join(', ')}.`,
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
