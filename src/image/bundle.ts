import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { markUsed, removeUnused } from './unused.ts';

/** What runs inside instances, each a single file that needs nothing but a Node (22 or later). */
export interface GuestBundle {
  /** The agent, an ES module. Its name holds a hash of its content. */
  readonly agent: string;
  /** The Node runtime, an ES module. Its name holds a hash of its content. */
  readonly runtimeNode: string;
}

const sources = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Makes the files that run inside instances, in `outDir`. A file's name holds a hash of its content, so a path that was
 * seen before is the same program, and templates can be keyed by it. Safe in several processes at once.
 *
 * From a checkout they are bundled from source (some 50 ms); in the published package they lie ready in `dist/guest`.
 */
export async function bundleGuest(outDir: string): Promise<GuestBundle> {
  await mkdir(outDir, { recursive: true });
  const [agent, runtimeNode] = await Promise.all([
    place(outDir, 'agent', join(sources, 'agent/main.ts')),
    place(outDir, 'runtime-node', join(sources, 'runtime/node/main.ts')),
  ]);
  return { agent, runtimeNode };
}

/** Bundles that are being made in this thread. */
let building = 0;

/** Bundles one TypeScript entry for the guest; gives the text of an ES module. Throws esbuild's error. */
export async function bundleForGuest(entry: string): Promise<string> {
  const { build, stop } = await import('esbuild');
  building += 1;
  try {
    const built = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      platform: 'node',
      format: 'esm',
      target: 'node22',
      // Errors in guests must be readable, and the file is read once per boot: names stay, line numbers are the bundle's.
      keepNames: true,
      logLevel: 'silent',
    });
    const [file] = built.outputFiles;
    if (file === undefined) throw new Error(`esbuild gave nothing for ${entry}.`);
    return file.text;
  } finally {
    building -= 1;
    // esbuild works in a process of its own, which would stay, with 20 MB, for as long as this one does.
    if (building === 0) await stop();
  }
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
