import type { HostId } from '../contract.ts';
import { fieldsOrNone } from '../fields.ts';

/** What the bucket has of a lease. */
export interface LeaseEntry {
  /** Undefined: it was released. */
  readonly host: HostId | undefined;
  /** Revision at which it was taken; undefined in the entry that took it, whose own revision that is. */
  readonly epoch: number | undefined;
  /** One process's holding of it: of a process and a count. */
  readonly holding: string;
  /** Counts the attempts at writing of a holding: says which of them this one was, where its answer was lost. */
  readonly attempt: number;
}

/** An entry as it was read, with its revision in the bucket. */
export interface SeenEntry extends LeaseEntry {
  readonly revision: number;
}

export function epochOf(entry: SeenEntry): number {
  return entry.epoch ?? entry.revision;
}

export function encodeEntry(entry: LeaseEntry): Uint8Array {
  return Buffer.from(JSON.stringify(entry));
}

/** Throws on what this release did not write. */
export function decodeEntry(data: Uint8Array, revision: number): SeenEntry {
  const value: unknown = JSON.parse(Buffer.from(data).toString('utf8'));
  const { host, epoch, holding, attempt } = fieldsOrNone(value);
  if (
    (host !== undefined && typeof host !== 'string') ||
    (epoch !== undefined && typeof epoch !== 'number') ||
    typeof holding !== 'string' ||
    typeof attempt !== 'number'
  )
    throw new Error('An entry of a lease has other members than it should.');
  return { host, epoch, holding, attempt, revision };
}
