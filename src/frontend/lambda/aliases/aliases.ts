import { checkAliasName } from '../../../api/alias.ts';
import { ApiError } from '../../../api/errors.ts';
import type { FunctionRef } from '../../../api/function-ref.ts';
import type { Store } from '../../../store/contract.ts';
import { VersionMissingError } from '../../../store/versions-contract.ts';
import type { ApiRequest } from '../../routes/operation.ts';
import { functionsPath } from '../context.ts';
import { notFound, requestedFunction, unversioned } from '../find-function.ts';

/**
 * Where a function's aliases are.
 *
 * This room is aliases: an operation a file, each of which begins with `aliasesFunction` or `requestedAlias`. What an alias may be,
 * `api/alias.ts` says; what an invocation of one runs, `find-function.ts`.
 */
export const aliasesPath: string = `${functionsPath}/:functionName/aliases`;

/** Where one of them is. */
export const aliasPath: string = `${aliasesPath}/:name`;

/** The function whose aliases a request is about. Throws ResourceNotFoundException. */
export async function aliasesFunction(store: Pick<Store, 'functions'>, request: ApiRequest): Promise<FunctionRef> {
  const ref = unversioned(requestedFunction(request));
  if ((await store.functions.get(ref.account, ref.name)) === undefined) throw notFound(ref);
  return ref;
}

/** The function and the alias's name that a request is about; whether there is one of that name is not said. */
export async function requestedAlias(
  store: Pick<Store, 'functions'>,
  request: ApiRequest,
): Promise<{ readonly ref: FunctionRef; readonly name: string }> {
  const name = request.parameter('name');
  checkAliasName(name);
  return { ref: await aliasesFunction(store, request), name };
}

/** What there is to say where a version is missing that an alias should lead to; any other error comes out as it is. */
export function missingVersion({ account, name, arn }: FunctionRef): (cause: unknown) => never {
  return (cause) => {
    if (cause instanceof VersionMissingError) throw notFound({ account, name, arn, qualifier: cause.version });
    throw cause;
  };
}

/** `what`: how AWS begins to say it. */
export function aliasNotFound(
  what: 'Alias not found' | 'Cannot find alias arn',
  ref: FunctionRef,
  name: string,
): ApiError {
  return new ApiError('ResourceNotFoundException', `${what}: ${ref.arn}:${name}`);
}
