import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cpio, type CpioEntry } from './cpio.ts';
import type { GuestKernel } from './kernel.ts';
import type { GuestRoot } from '../root/root.ts';

/** Where our own files are, in the guest as in the initial file system. */
export const guestFolder = '/opt/heddle';

/**
 * The first file system of a guest: busybox, the kernel's modules, the script `init`, and `files`, which the script may
 * put at {@link guestFolder}. Built anew each time: it is small, and with our code in it, it changes often.
 */
export async function initramfs(
  kernel: GuestKernel,
  root: GuestRoot,
  init: string,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<Uint8Array> {
  const modules = (await readdir(kernel.dir)).filter((name) => name.endsWith('.ko')).toSorted();
  const folders = ['bin', 'dev', 'proc', 'sys', 'root', 'modules', 'heddle'];
  const entries: CpioEntry[] = folders.map((path) => ({ path, mode: 0o755 }));
  entries.push({ path: 'bin/busybox', mode: 0o755, data: await readFile(join(root.dir, 'usr/bin/busybox')) });
  entries.push({ path: 'init', mode: 0o755, data: Buffer.from(init) });
  for (const name of modules)
    entries.push({ path: `modules/${name}`, mode: 0o644, data: await readFile(join(kernel.dir, name)) });
  for (const [name, data] of Object.entries(files)) entries.push({ path: `heddle/${name}`, mode: 0o644, data });
  return cpio(entries);
}
