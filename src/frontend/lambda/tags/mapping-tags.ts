import { ApiError } from '../../../api/errors.ts';
import type { MappingRecord } from '../../../store/durable/contracts/sources.ts';
import type { LambdaContext } from '../context.ts';
import type { ApiRequest, HomeOf } from '../../routes/operation.ts';

type Tags = Readonly<Record<string, string>>;

/** Mappings are at home, functions are everywhere. */
export const homeOfTagged: HomeOf = (request) =>
  request.parameter('resource').split(':')[5] === 'event-source-mapping' ? request.scope.account : undefined;

/** The event source mapping whose tags a request is about; undefined where it is about something else. Throws ResourceNotFoundException. */
export async function taggedMapping(
  { events }: Pick<LambdaContext, 'events'>,
  request: ApiRequest,
): Promise<MappingRecord | undefined> {
  const [, , service, , ofAccount, kind, uuid = ''] = request.parameter('resource').split(':');
  if (service !== 'lambda' || kind !== 'event-source-mapping') return undefined;
  const { account } = request.scope;
  const found =
    ofAccount === account ? await events.of(account).durable.parts.sources.get({ account, uuid }) : undefined;
  return found ?? notFound(request);
}

/** Changes its tags: `add` to these, without those of `remove`. Throws ResourceNotFoundException. */
export async function retagMapping(
  { events }: Pick<LambdaContext, 'events'>,
  request: ApiRequest,
  { account, uuid }: MappingRecord,
  { add = {}, remove = [] }: { readonly add?: Tags; readonly remove?: readonly string[] },
): Promise<void> {
  const tags = await events.of(account).durable.parts.sources.retag({ account, uuid, add, remove });
  if (tags === undefined) notFound(request);
}

function notFound(request: ApiRequest): never {
  throw new ApiError('ResourceNotFoundException', `Event source mapping not found: ${request.parameter('resource')}`);
}
