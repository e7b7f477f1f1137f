import { readdir, readlink } from 'node:fs/promises';
import { treeOf } from '../processes/processes.ts';

/** gVisor's kernel for one sandbox: a process on the host. */
export interface Sentry {
  readonly pid: number;
  /** Where all memory of the guest lies: a memfd called `runsc-memory`. */
  readonly memoryFile: string;
}

/** Finds the sentry below the process `pid`. Undefined while there is none. */
export async function findSentry(pid: number): Promise<Sentry | undefined> {
  for (const process of await treeOf(pid))
    for (const name of await readdir(`/proc/${process}/fd`).catch(() => [])) {
      const memoryFile = `/proc/${process}/fd/${name}`;
      const target = await readlink(memoryFile).catch(() => '');
      if (target.startsWith('/memfd:runsc-memory')) return { pid: process, memoryFile };
    }
  return undefined;
}
