import { readFile } from 'node:fs/promises';
import { treeOf } from './processes.ts';

/**
 * Memory that a process and its descendants cost the host, bytes: the sum of their proportional set sizes, so that pages
 * shared among them count once (proc_pid_smaps(5)). Some milliseconds each; not for a hot path. 0 when they are gone.
 */
export async function treeResidentBytes(pid: number): Promise<number> {
  const sizes = await Promise.all((await treeOf(pid)).map((it) => residentBytesOf(it)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function residentBytesOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1_024;
}
