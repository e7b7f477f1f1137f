import { ApiError } from '../../api/errors.ts';
import { functionRef } from '../../api/function-ref.ts';
import type { FunctionRef } from '../../api/function-ref.ts';
import { routedVersion, type Alias } from '../../model/functions/alias.ts';
import { servingVersion, type FunctionRecord } from '../../model/functions/function-record.ts';
import { latestVersion, type FunctionVersion } from '../../model/functions/function.ts';
import type { Store } from '../../store/contract.ts';
import type { ApiRequest } from '../routes/operation.ts';
import type { LambdaContext } from './context.ts';

/** Where functions are found. */
export type Functions = Pick<Store, 'functions' | 'versions' | 'aliases'>;

/** What a name and its qualifier lead to. */
export interface FoundFunction {
  readonly ref: FunctionRef;
  /** Of `$LATEST`, or a published version's own (`model/published-version.ts`). */
  readonly record: FunctionRecord;
  /** That the qualifier named; it led to `record`. */
  readonly alias?: Alias;
}

/** What an invocation runs. */
export interface InvocationTarget extends FoundFunction {
  /** Its `version` is the executed one. */
  readonly function: FunctionVersion;
  /** The function's, with the qualifier that was used, if one was. */
  readonly invokedArn: string;
}

/** The function that a request's path and `Qualifier` name. */
export function requestedFunction(request: ApiRequest): FunctionRef {
  return functionRef(request.parameter('functionName'), request.scope, request.query('Qualifier'));
}

/** What the request's path and `Qualifier` lead to, for those who only read it. Throws ResourceNotFoundException. */
export async function findFunction(store: Functions, request: ApiRequest): Promise<FunctionRecord> {
  return (await resolveFunction(store, requestedFunction(request))).record;
}

/**
 * Finds a version by a name and a qualifier: none and `$LATEST`, a number, or an alias. Of the two versions of an alias that divides its
 * invocations it is the alias's own, unless `random` (0 ≤ random < 1) says the other. Throws ResourceNotFoundException.
 *
 * The account whose function it is is the reference's: who may name another's functions decides before.
 */
export async function resolveFunction(store: Functions, ref: FunctionRef, random?: number): Promise<FoundFunction> {
  const { account, name, qualifier } = ref;
  if (qualifier === undefined || qualifier === latestVersion) {
    const record = await store.functions.get(account, name);
    if (record === undefined) throw notFound(ref);
    return { ref, record };
  }
  if (isVersionNumber(qualifier)) return { ref, record: await versionOf(store, ref, qualifier) };
  const alias = await store.aliases.get(account, name, qualifier);
  if (alias === undefined) throw notFound(ref);
  const version = random === undefined ? alias.version : routedVersion(alias, random);
  return { ref, record: await versionOf(store, ref, version), alias };
}

/**
 * What an invocation of a function runs now: each of an alias that divides its invocations chooses anew. Throws
 * ResourceNotFoundException, ResourceConflictException for what is not active, and InvalidRuntimeException for what cannot run here.
 */
export async function invocationTarget(
  {
    store,
    random = Math.random,
    whyMissing,
  }: Pick<LambdaContext, 'random' | 'whyMissing'> & { readonly store: Functions },
  ref: FunctionRef,
): Promise<InvocationTarget> {
  if (ref.qualifier !== undefined) return runnable(await resolveFunction(store, ref, random()), whyMissing);
  // The hot path: one look-up, and nothing more to wait for.
  const record = await store.functions.get(ref.account, ref.name);
  if (record === undefined) throw latestNotFound(ref);
  return runnable({ ref, record }, whyMissing);
}

/** Whether a qualifier names a published version; else it is `$LATEST` or an alias. */
export function isVersionNumber(qualifier: string): boolean {
  return /^\d{1,15}$/.test(qualifier);
}

/** The ARN of what a reference names, as it names it. */
export function qualifiedArn({ arn, qualifier }: FunctionRef): string {
  return qualifier === undefined ? arn : `${arn}:${qualifier}`;
}

/** For operations that are on a function as a whole. Throws where the request names a version of it. */
export function unversioned(ref: FunctionRef): FunctionRef {
  if (ref.qualifier === undefined) return ref;
  throw new ApiError(
    'InvalidParameterValueException',
    'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.',
  );
}

export function notFound(ref: FunctionRef): ApiError {
  return new ApiError('ResourceNotFoundException', `Function not found: ${qualifiedArn(ref)}`);
}

/** The same in AWS's words where a function is missing that was named without a qualifier, to be run or given concurrency. */
export function latestNotFound(ref: FunctionRef): ApiError {
  return notFound({ ...ref, qualifier: latestVersion });
}

async function versionOf(store: Functions, ref: FunctionRef, version: string): Promise<FunctionRecord> {
  const { account, name } = ref;
  const found =
    version === latestVersion
      ? await store.functions.get(account, name)
      : await store.versions.get(account, name, Number(version));
  // A number with zeros in front is nobody's.
  if (found === undefined || found.latest.version !== version) throw notFound(ref);
  return found;
}

function runnable(found: FoundFunction, whyMissing: LambdaContext['whyMissing']): InvocationTarget {
  const { ref, record, alias } = found;
  const fn = activeVersion(record);
  const missing = whyMissing?.(fn.runtime);
  if (missing !== undefined) throw new ApiError('InvalidRuntimeException', missing);
  const target = { ref, record, function: fn, invokedArn: qualifiedArn(ref) };
  return alias === undefined ? target : { ...target, alias };
}

function activeVersion(record: FunctionRecord): FunctionVersion {
  const { state } = record;
  if (state.status === 'Active') return servingVersion(record);
  throw new ApiError(
    'ResourceConflictException',
    `The operation cannot be performed at this time. The function is currently in the following state: ${state.status}. ${state.reason}`,
  );
}
