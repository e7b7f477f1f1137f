import { ApiError } from '../../api/errors.ts';
import type { HostRecord } from '../contract.ts';

/** The host that a person means by an id or a name; the empty one is `self`. Throws ApiError where there is none, or several of that name. */
export function findHost(hosts: readonly HostRecord[], self: HostRecord, named: string): HostRecord {
  if (named === '') return self;
  const byId = hosts.find(({ id }) => id === named);
  if (byId !== undefined) return byId;
  const byName = hosts.filter(({ name }) => name === named);
  const [found] = byName;
  if (found === undefined) {
    const all = hosts
      .map(({ name }) => name)
      .toSorted()
      .join(', ');
    throw new ApiError('ResourceNotFoundException', `No host of the cluster is called ${named}. There are: ${all}.`);
  }
  if (byName.length === 1) return found;
  const ids = byName.map(({ id }) => id).join(', ');
  throw new ApiError(
    'InvalidParameterValueException',
    `${byName.length} hosts are called ${named}: name one by its id (${ids}).`,
  );
}
