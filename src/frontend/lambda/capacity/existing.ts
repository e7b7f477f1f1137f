import type { FunctionRef } from '../../../api/function-ref.ts';
import type { Store } from '../../../store/contract.ts';
import type { ApiRequest } from '../../routes/operation.ts';
import { notFound, requestedFunction, unversioned } from '../find-function.ts';

/** The function as a whole that a request is about. Throws ResourceNotFoundException, as `missing` words it, and for a version of it. */
export async function existing(
  store: Pick<Store, 'functions'>,
  request: ApiRequest,
  missing: (ref: FunctionRef) => Error = notFound,
): Promise<FunctionRef> {
  const ref = unversioned(requestedFunction(request));
  if ((await store.functions.get(ref.account, ref.name)) === undefined) throw missing(ref);
  return ref;
}
