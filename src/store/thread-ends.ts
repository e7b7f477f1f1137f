import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseThreadEnd } from '../protocol/session/parse-session.ts';
import type { Clock } from '../model/clock.ts';
import { writeFileAtomic } from './atomic-file.ts';
import type { KeptThread, ThreadEndStore } from './contract.ts';

/** What a {@link ThreadEndStore} on files is made with. */
export interface ThreadEndStoreOptions {
  /** Made when it is needed; belongs to the store alone. */
  readonly folder: string;
  readonly clock: Clock;
  /** How long an end is kept, milliseconds. */
  readonly keepMs: number;
}

/*
 * One file a thread, ACCOUNT/ID: length of the header (u32, little endian); the header, JSON: name, end without its
 * result, lengths of what follows; the result, and the parts that came ahead of it, one after the other.
 */

/** Opens a store of threads' ends on files. */
export function openThreadEndStore({ folder, clock, keepMs }: ThreadEndStoreOptions): ThreadEndStore {
  const path = (account: string, id: string): string => join(folder, account, id);
  const isOld = async (file: string): Promise<boolean> => {
    const found = await stat(file).catch(() => undefined);
    return found === undefined || clock.wall() - found.mtimeMs > keepMs;
  };
  async function removeOld(account: string): Promise<void> {
    for (const name of await readdir(join(folder, account)))
      if (await isOld(join(folder, account, name))) await rm(join(folder, account, name), { force: true });
  }
  return {
    async put(account, id, thread) {
      const file = path(account, id);
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await writeFileAtomic(file, encode(thread));
      await removeOld(account);
    },
    async get(account, id) {
      const file = path(account, id);
      if (await isOld(file)) return undefined;
      return decode(await readFile(file));
    },
  };
}

function encode({ name, end, parts }: KeptThread): readonly Uint8Array[] {
  const result = end.ok ? end.result : new Uint8Array();
  const header = {
    name,
    end: { ...end, result: undefined },
    bytes: [result.length, ...parts.map(({ length }) => length)],
  };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return [length, text, result, ...parts];
}

function decode(bytes: Buffer): KeptThread {
  let at = 4 + bytes.readUInt32LE(0);
  const header: unknown = JSON.parse(bytes.toString('utf8', 4, at));
  const fields: Readonly<Record<string, unknown>> = typeof header === 'object' && header !== null ? { ...header } : {};
  const lengths = Array.isArray(fields['bytes']) ? fields['bytes'].map(Number) : [];
  const [result = Buffer.alloc(0), ...parts] = lengths.map((length) => bytes.subarray(at, (at += length)));
  const end: unknown = fields['end'];
  return { name: String(fields['name']), end: parseThreadEnd({ ...Object(end), result }), parts };
}
