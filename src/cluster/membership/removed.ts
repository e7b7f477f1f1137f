import type { KV } from '@nats-io/kv';
import { HostRemovedError } from '../../model/errors.ts';
import type { HostId, HostRecord } from '../contract.ts';
import { fieldsOrNone } from '../fields.ts';

// Beside the records of hosts the bucket of hosts says which ids are gone for good: a process with one of them, that starts again or wakes, is no host of the cluster.

/** What is kept of a host that is gone for good. */
export interface Removal {
  /** It went by itself; else another host removed it. */
  readonly left: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

const prefix = 'removed.';

/** Says in the bucket that a host is gone for good, and forgets its record. */
export async function remove(bucket: KV, id: HostId, removal: Removal): Promise<void> {
  await bucket.put(`${prefix}${id}`, JSON.stringify(removal));
  await bucket.delete(id);
}

/** Of which host an entry of the bucket says that it is gone for good; undefined where it is another entry. */
export function removedBy(key: string): HostId | undefined {
  return key.startsWith(prefix) ? key.slice(prefix.length) : undefined;
}

/** Throws HostRemovedError where a host is gone for good. */
export async function refuseRemoved(bucket: KV, self: Pick<HostRecord, 'id' | 'name'>): Promise<void> {
  const entry = await bucket.get(`${prefix}${self.id}`);
  if (entry?.operation === 'PUT') throw removedError(self, entry.value);
}

/** What a process is told that is a host no more. `value`: of the entry that says so. */
export function removedError({ id, name }: Pick<HostRecord, 'id' | 'name'>, value: Uint8Array): HostRemovedError {
  const { left, at } = fieldsOrNone(JSON.parse(Buffer.from(value).toString('utf8')));
  const when = typeof at === 'number' ? ` at ${new Date(at).toISOString()}` : '';
  const what = left === true ? `has left its cluster` : `was removed from its cluster`;
  return new HostRemovedError(
    `This host (${name}, ${id}) ${what}${when}, and is none of its hosts any more. To join again, start it with a new home (--home DIR), or remove \`host-id\` and the folder \`peer\` in this one: ` +
      'it is a new host then. To go on alone with what is here, start it without --cluster (a host that was removed: without the file `cluster.json` there, too).',
    left === true,
  );
}
