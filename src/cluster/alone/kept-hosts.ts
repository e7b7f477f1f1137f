import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostRecord, Membership } from '../contract.ts';
import { fieldsOf, listIn, textIn } from '../fields.ts';
import { decodeRecord, encodeRecord } from '../membership/stored-record.ts';

// A host that is started while no NATS server answers finds the others by what this room kept.

/** In the home folder. */
const fileName = 'cluster-hosts.json';
const hostsMax = 10_000;
/** Records change one after the other when hosts start: they are kept together, ms. */
const keepMs = 500;

/** Keeps the records of all hosts in the home, whenever they change, until it is disposed of. `report`: told what could not be written. */
export function keepHosts(
  home: string,
  membership: Pick<Membership, 'all' | 'onChange'>,
  report: (error: unknown) => void,
): AsyncDisposable {
  let kept = '';
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const write = (): void => {
    timer = undefined;
    const text = textOf(membership.all());
    if (text === kept) return;
    kept = text;
    writing = writing.then(() => replace(join(home, fileName), text)).catch(report);
  };
  const watch = membership.onChange(() => (timer ??= setTimeout(write, keepMs).unref()));
  return {
    [Symbol.asyncDispose]: async () => {
      watch[Symbol.dispose]();
      clearTimeout(timer);
      write();
      await writing;
    },
  };
}

/** Hosts of the cluster as this home knew them last; none where nothing was kept. Throws where it is damaged. */
export async function keptHosts(home: string): Promise<readonly HostRecord[]> {
  let text: string;
  try {
    text = await readFile(join(home, fileName), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  return listIn(fieldsOf(JSON.parse(text)), 'hosts', hostsMax).map(
    (one) => decodeRecord(Buffer.from(JSON.stringify(one)), textIn(fieldsOf(fieldsOf(one)['record']), 'id')).record,
  );
}

function textOf(records: readonly HostRecord[]): string {
  const stored = records.map((record) =>
    JSON.parse(Buffer.from(encodeRecord({ record, process: '' })).toString('utf8')),
  );
  return `${JSON.stringify({ hosts: stored }, undefined, 1)}\n`;
}

/** Whole or not at all. */
async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
