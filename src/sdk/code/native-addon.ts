import { existsSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CodeError } from './code-error.ts';

/** `EM_X86_64`, at byte 18 of an ELF file (System V ABI, "ELF Header"); 2 and 1 before it: 64 bits, little-endian. */
const elfX64 = { machine: 62, class: 2, data: 1 };

/** Says why a native add-on cannot run in a thread, which is x86-64 Linux; undefined if it can. */
export async function checkAddon(path: string): Promise<string | undefined> {
  await using file = await open(path);
  const head = Buffer.alloc(20);
  await file.read(head, 0, head.length, 0);
  const isElf = head.subarray(0, 4).toString('latin1') === '\x7fELF';
  if (isElf && head[4] === elfX64.class && head[5] === elfX64.data && head.readUInt16LE(18) === elfX64.machine)
    return undefined;
  const kind = isElf ? 'another processor' : 'another system';
  return `The native add-on ${path} was built for ${kind}; threads run on x86-64 Linux. Install it for linux and x64.`;
}

/** The packages that files belong to: absolute paths of their folders. */
function packagesOf(paths: readonly string[]): readonly string[] {
  const folders = paths.map((path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0]);
  return [...new Set(folders)].filter((folder) => folder !== undefined);
}

/**
 * Add-ons that bundled packages look for when they run, as `node-gyp-build` does: what their `prebuilds` has for x86-64
 * Linux, and what was built on this machine. `paths`: of all bundled modules. Throws CodeError where one is for another
 * platform, or is looked for in a way that no bundle serves.
 */
export async function findAddons(paths: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const folder of packagesOf(paths)) {
    if (folder.endsWith('/node_modules/bindings'))
      throw new CodeError(
        `A package finds its native add-on through ${folder}, which searches from the file of its caller and cannot in a bundle. Use one that has it in "prebuilds".`,
      );
    for (const place of ['prebuilds/linux-x64', 'build/Release']) {
      const candidates = existsSync(join(folder, place)) ? await readdir(join(folder, place)) : [];
      found.push(...candidates.filter((name) => name.endsWith('.node')).map((name) => join(folder, place, name)));
    }
  }
  for (const path of found) {
    const problem = await checkAddon(path);
    if (problem !== undefined) throw new CodeError(problem);
  }
  return found;
}
