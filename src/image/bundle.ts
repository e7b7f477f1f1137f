import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { countedBuild } from '../model/builds.ts';
import { bundlePython } from './python/python-bundle.ts';
import type { RunnablePython } from './python/python-compile.ts';
import { markUsed, removeUnused } from './unused.ts';

/** What runs inside instances, each a single file that needs nothing but a Node (the agent 24, the runtime 18 or later). */
export interface GuestBundle {
  /** The agent, an ES module. Its name holds a hash of its content. */
  readonly agent: string;
  /** The Node runtime, an ES module. Its name holds a hash of its content. */
  readonly runtimeNode: string;
  /** The runtime of functions that bring their own program, an ES module. Likewise. */
  readonly runtimeProvided: string;
  /** The Python runtime, an archive. Likewise. */
  readonly runtimePython: string;
}

const sources = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Makes the files that run inside instances, in `outDir`. A file's name holds a hash of its content, so a path that was
 * seen before is the same program, and templates can be keyed by it. Safe in several processes at once.
 *
 * From a checkout they are bundled from source (some 50 ms); in the published package they lie ready in `dist/guest`. `pythons` compile the Python runtime.
 */
export async function bundleGuest(outDir: string, pythons: readonly RunnablePython[] = []): Promise<GuestBundle> {
  await mkdir(outDir, { recursive: true });
  const [agent, runtimeNode, runtimeProvided, runtimePython] = await Promise.all([
    place(outDir, 'agent', join(sources, 'agent/main.ts')),
    place(outDir, 'runtime-node', join(sources, 'runtime/node/main.ts')),
    place(outDir, 'runtime-provided', join(sources, 'runtime/provided/main.ts')),
    bundlePython(outDir, pythons),
  ]);
  return { agent, runtimeNode, runtimeProvided, runtimePython };
}

/** Bundles one TypeScript entry for the guest; gives the text of an ES module. Throws esbuild's error. */
export async function bundleForGuest(entry: string): Promise<string> {
  const { build, stop } = await import('esbuild');
  const options = {
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    // The oldest Node that runs one of them.
    target: 'node18',
    // Errors in guests must be readable, and the file is read once per boot: names stay, line numbers are the bundle's.
    keepNames: true,
    logLevel: 'silent',
  } as const;
  // esbuild works in a process of its own, which would stay, with 20 MB, for as long as this one does.
  const { outputFiles } = await countedBuild(() => build({ ...options, entryPoints: [entry] }), stop);
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`esbuild gave nothing for ${entry}.`);
  return file.text;
}

async function textOf(name: string, entry: string): Promise<string> {
  const prebuilt = join(dirname(sources), 'dist/guest', `${name}.mjs`);
  return (await exists(entry)) ? bundleForGuest(entry) : readFile(prebuilt, 'utf8');
}

async function place(outDir: string, name: string, entry: string): Promise<string> {
  const text = await textOf(name, entry);
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const path = join(outDir, `${name}-${hash}.mjs`);
  if (markUsed(path)) return path;
  const staged = `${path}.${process.pid}`;
  await writeFile(staged, text, { mode: 0o644 });
  await rename(staged, path);
  markUsed(path);
  await removeUnused(path);
  return path;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
