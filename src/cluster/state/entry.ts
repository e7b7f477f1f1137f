import { fieldsOrNone } from '../fields.ts';

/** One change of the cluster's state, as it lies in the log. */
export interface StateEntry {
  /** Names it, so that who wrote it knows it again. */
  readonly id: string;
  /** Version of the database's schema that it was made with. */
  readonly schema: number;
  /** A changeset of SQLite's (https://sqlite.org/sessionintro.html). */
  readonly changeset: Uint8Array;
}

/** Raised with every change of the format that older hosts cannot read. */
const version = 1;
const newline = 0x0a;

/** One line of JSON, and the changeset behind it. */
export function encodeEntry({ id, schema, changeset }: StateEntry): Uint8Array {
  return Buffer.concat([Buffer.from(`${JSON.stringify({ v: version, id, schema })}\n`), changeset]);
}

/** Throws where it is none, or one of a newer host. */
export function decodeEntry(data: Uint8Array): StateEntry {
  const end = data.indexOf(newline);
  const header: unknown = JSON.parse(Buffer.from(data.subarray(0, Math.max(end, 0))).toString('utf8'));
  const { v, id, schema } = fieldsOrNone(header);
  if (v !== version)
    throw new Error(
      `A change of the cluster's state has format ${String(v)}; this host knows ${version}. Upgrade this host.`,
    );
  if (typeof id !== 'string' || typeof schema !== 'number')
    throw new Error(`A change of the cluster's state has no name or no schema.`);
  return { id, schema, changeset: data.subarray(end + 1) };
}
