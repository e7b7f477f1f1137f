import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import { runTool } from '../tool.ts';

/** A kernel module, unpacked. */
export interface KernelModule {
  readonly name: string;
  readonly content: Uint8Array;
}

/**
 * The modules `wanted` and all that they depend on, each after what it depends on. Those that are built into the kernel
 * are left out. `tree` is `/lib/modules/<release>` of an unpacked package. Throws if one is neither there nor built in.
 */
export async function collectModules(
  tree: string,
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<KernelModule[]> {
  const files = await moduleFiles(tree);
  const builtIn = new Set((await readFile(join(tree, 'modules.builtin'), 'utf8')).split('\n').map(moduleName));
  const found = new Map<string, KernelModule>();
  const visit = async (name: string): Promise<void> => {
    if (found.has(name) || builtIn.has(name)) return;
    const file = files.get(name);
    if (file === undefined)
      throw new Error(`The kernel module ${name} is neither below ${tree} nor built into the kernel; guests need it.`);
    const content = await readModule(file, signal);
    for (const dependency of dependencies(content)) await visit(dependency);
    found.set(name, { name, content });
  };
  for (const name of wanted) await visit(name);
  return [...found.values()];
}

async function moduleFiles(tree: string): Promise<Map<string, string>> {
  const files = (await readdir(join(tree, 'kernel'), { recursive: true })).filter((file) => /\.ko(\.\w+)?$/.test(file));
  return new Map(files.map((file) => [moduleName(file), join(tree, 'kernel', file)]));
}

/** Module names have `_` where file names may have `-`. */
function moduleName(file: string): string {
  return basename(file)
    .replace(/\.ko(\.\w+)?$/, '')
    .replaceAll('-', '_');
}

/** The `depends=` field of a module's `.modinfo` section: names between commas, ended by a zero byte. */
function dependencies(content: Uint8Array): string[] {
  const text = Buffer.from(content).toString('latin1');
  // eslint-disable-next-line no-control-regex -- the zero byte is the format's own delimiter
  const list = /\0depends=([\w,-]*)\0/.exec(text)?.[1] ?? '';
  return list
    .split(',')
    .filter((name) => name !== '')
    .map(moduleName);
}

async function readModule(file: string, signal: AbortSignal): Promise<Uint8Array> {
  const packed = await readFile(file);
  if (file.endsWith('.zst')) return promisify(zstdDecompress)(packed);
  if (!file.endsWith('.xz')) return packed;
  await runTool('xz', ['-dk', file], { signal });
  return readFile(file.slice(0, -'.xz'.length));
}
