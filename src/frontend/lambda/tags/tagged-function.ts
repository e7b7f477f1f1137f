import { functionRef } from '../../../api/function-ref.ts';
import type { FunctionRecord } from '../../../model/function-record.ts';
import type { FunctionStore } from '../../../store/contract.ts';
import type { ApiRequest } from '../../operation.ts';
import { notFound, unversioned } from '../find-function.ts';

/** Where the tags of a function are, by its ARN. */
export const tagsPath = '/2017-03-31/tags/:resource';

/**
 * The function whose tags a request is about. Throws ResourceNotFoundException.
 *
 * Tags of functions are this room's: an operation a file, each of which begins with this or `changeTags`.
 */
export async function taggedFunction(functions: FunctionStore, request: ApiRequest): Promise<FunctionRecord> {
  const ref = unversioned(functionRef(request.parameter('resource'), request.scope));
  const record = await functions.get(request.scope.account, ref.name);
  if (record === undefined) throw notFound(ref);
  return record;
}

/** Changes its tags. Tags decide nothing, so the revision stays. */
export async function changeTags(
  functions: FunctionStore,
  request: ApiRequest,
  change: (tags: Readonly<Record<string, string>>) => Readonly<Record<string, string>>,
): Promise<void> {
  const { latest } = await taggedFunction(functions, request);
  await functions.update(latest.account, latest.name, (current) => ({ ...current, tags: change(current.tags) }));
}
