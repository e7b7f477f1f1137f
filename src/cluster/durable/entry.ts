import { Packr } from 'msgpackr';
import type { Change } from '../../store/durable/contracts/replicated.ts';

/** One entry of a shard's log: what its home committed, in order, or that another has begun. */
export interface ShardEntry {
  /** The home that wrote it. */
  readonly epoch: bigint;
  /** Its how many-eth entry this is, from 0: `epoch` and `number` name it. */
  readonly number: number;
  /** Empty in a home's first: by that one, what the home before it still wants to add is refused. */
  readonly changes: readonly Change[];
}

/** Grows when an older program would not understand what this one writes. */
const format = 1;
const packr = new Packr({ useRecords: false, moreTypes: false });

export function encodeEntry({ epoch, number, changes }: ShardEntry): Uint8Array {
  const plain = changes.map(({ changeset, highest }) => [changeset, highest]);
  return Uint8Array.from(packr.pack([format, String(epoch), number, plain]));
}

/** Throws for what this program does not understand. */
export function decodeEntry(data: Uint8Array): ShardEntry {
  const read: unknown = packr.unpack(data);
  const [version, epoch, number, changes]: readonly unknown[] = Array.isArray(read) ? read : [];
  if (version !== format || typeof epoch !== 'string' || typeof number !== 'number' || !Array.isArray(changes))
    throw new Error(
      `An entry of a shard's log is of format ${String(version)}, and this Heddle reads ${format}: install the release that the other hosts have.`,
    );
  return { epoch: BigInt(epoch), number, changes: changes.map(changeOf) };
}

function changeOf(read: unknown): Change {
  const [changeset, highest]: readonly unknown[] = Array.isArray(read) ? read : [];
  if (!(changeset instanceof Uint8Array) || !Array.isArray(highest))
    throw new Error('An entry of a shard’s log has a change without its parts.');
  // Apart from the message around it, which would go to the store's thread with each.
  return { changeset: Uint8Array.from(changeset), highest: highest.map(highestOf) };
}

function highestOf(read: unknown): readonly [string, number] {
  const [table, id]: readonly unknown[] = Array.isArray(read) ? read : [];
  return [String(table), Number(id)];
}
