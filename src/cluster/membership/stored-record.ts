import type { HostId, HostRecord } from '../contract.ts';
import { fieldsOrNone } from '../fields.ts';

/** A host's record in the bucket, with the process that wrote it: of two with one id, the one that wrote last is the host. */
export interface StoredRecord {
  readonly record: HostRecord;
  readonly process: string;
}

export function encodeRecord(stored: StoredRecord): Uint8Array {
  return Buffer.from(JSON.stringify(stored));
}

/** Throws where it is no record, or another's than the host's by whose id it is kept. */
export function decodeRecord(data: Uint8Array, key: HostId): StoredRecord {
  const { record, process } = fieldsOrNone(JSON.parse(Buffer.from(data).toString('utf8')));
  const { id, name, peer, certificate, url, release, protocol, startedAt, draining } = fieldsOrNone(record);
  const { host, port } = fieldsOrNone(peer);
  const { min, max } = fieldsOrNone(protocol);
  const texts = [process, id, name, certificate, url, release, host];
  const numbers = [port, min, max, startedAt];
  if (!texts.every((each) => typeof each === 'string') || !numbers.every((each) => typeof each === 'number'))
    throw new Error(`The entry ${key} of the bucket of hosts is no record of a host.`);
  if (id !== key) throw new Error(`The entry ${key} of the bucket of hosts is the record of ${String(id)}.`);
  const known = { id, name, peer: { host, port }, certificate, url, release, protocol: { min, max }, startedAt };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it has been looked at, member by member
  return { record: { ...known, ...(draining === true ? { draining } : {}) }, process } as StoredRecord;
}
