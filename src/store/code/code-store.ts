import { mkdir, readFile, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../model/clock.ts';
import { codeFileName } from '../../model/functions/code.ts';
import { treeFilesMin, type CodeBundle, type CodeFile } from '../../model/functions/code.ts';
import { unfinishedPrefix, writeFileAtomic } from '../atomic-file.ts';
import { CodeMissingError } from '../contract.ts';
import type { CodeStore, StoredCode } from '../contract.ts';
import { Lru } from '../../model/lru.ts';
import { unpackZip } from '../zip/unpack.ts';
import { writeTree } from './code-tree.ts';
import { CompiledCode } from './compiled-code.ts';
import { decodeBundle, encodeBundle } from './bundle-file.ts';
import { HeldCode } from './held-code.ts';
import { SpareTrees } from './spare-trees.ts';
import { turns } from '../../model/turns.ts';
import { UnusedCode } from './unused-code.ts';

/** What a {@link CodeStore} on disk is made with. */
export interface CodeStoreOptions {
  /** Made if it is missing; belongs to the store alone. */
  readonly folder: string;
  readonly clock: Clock;
  /** How long code outlives its last function: requests that were accepted before may still need it. */
  readonly graceMs?: number;
  /** Unpacked code kept in memory. */
  readonly cacheBytesMax?: number;
  /** Zips of what is only held are kept, too: for other hosts. */
  readonly keepsHeldZips?: boolean;
}

type Kind = 'zip' | 'bundle' | 'tree';

/** Opens a code store: two files a bundle, `NAME.zip` as uploaded and `NAME.bundle` unpacked (bundle-file.ts), of many files also the
 * folder `NAME.tree`, and what was compiled of it (compiled-code.ts). */
export async function openCodeStore(options: CodeStoreOptions): Promise<CodeStore> {
  const { folder, clock, graceMs = 1_800_000, cacheBytesMax = 67_108_864 } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await removeUnfinished(folder);
  const cache = new Lru<CodeBundle>(cacheBytesMax);
  const held = new HeldCode(options.keepsHeldZips === true);
  const spares = new SpareTrees();
  const compiled = new CompiledCode(folder, spares);
  const reading = new Map<string, Promise<CodeBundle>>();
  const unused = new UnusedCode(graceMs);
  const oneAtATime = turns();
  const path = (sha256: string, kind: Kind): string => join(folder, `${codeFileName(sha256)}.${kind}`);

  async function load(sha256: string): Promise<CodeBundle> {
    const files = decodeBundle(await readFile(path(sha256, 'bundle')).catch(missing(sha256)));
    return keep(sha256, files, await exists(path(sha256, 'tree')));
  }

  /** For those who read it next. */
  function keep(sha256: string, files: readonly CodeFile[], hasTree: boolean): CodeBundle {
    const bytes = files.reduce((sum, file) => sum + file.data.length, 0);
    const takeTree = (): Promise<string> => spares.take(path(sha256, 'tree'), files);
    const bundle = { sha256, files, bytes, ...(hasTree && { takeTree }) };
    cache.set(sha256, bundle, bytes);
    return bundle;
  }

  async function collect(inUse: ReadonlySet<string>): Promise<number> {
    const present = (await readdir(folder)).filter((name) => name.endsWith('.zip')).map((name) => name.slice(0, -4));
    const expired = unused.expired(present, new Set([...inUse].map(codeFileName)), clock.now());
    for (const name of expired) {
      cache.delete(`${name.replaceAll('-', '+').replaceAll('_', '/')}=`);
      // The zip first: without it the bundle does not count as there.
      for (const kind of ['zip', 'bundle']) await rm(join(folder, `${name}.${kind}`), { force: true });
      await compiled.drop(name);
      await spares.drop(join(folder, `${name}.tree`));
      await rm(join(folder, `${name}.tree`), { recursive: true, force: true });
    }
    return expired.length;
  }

  const store: CodeStore = {
    hold: async (zip) => (await held.put(zip)) ?? (await store.put(zip)),
    async put(zip): Promise<StoredCode> {
      const sha256 = Buffer.from(await crypto.subtle.digest('SHA-256', zip.slice())).toString('base64');
      const pin = unused.pin(codeFileName(sha256));
      try {
        await oneAtATime(async () => {
          if (await exists(path(sha256, 'zip'))) return;
          const files = await unpackZip(zip);
          await writeFileAtomic(path(sha256, 'bundle'), encodeBundle(files));
          const hasTree = files.length >= treeFilesMin;
          if (hasTree) await writeTree(path(sha256, 'tree'), files);
          keep(sha256, files, hasTree);
          if (hasTree) spares.fill(path(sha256, 'tree'), files);
          // Last, because its presence says that both are there.
          await writeFileAtomic(path(sha256, 'zip'), [zip]);
        });
      } catch (error) {
        pin[Symbol.dispose]();
        throw error;
      }
      return { sha256, zipBytes: zip.length, [Symbol.dispose]: () => pin[Symbol.dispose]() };
    },
    async read(sha256) {
      const cached = held.read(sha256) ?? cache.get(sha256) ?? reading.get(sha256);
      if (cached !== undefined) return await cached;
      const loading = load(sha256).finally(() => reading.delete(sha256));
      reading.set(sha256, loading);
      return await loading;
    },
    readCompiled: async (sha256, runtime) => compiled.read(await store.read(sha256), runtime),
    keepCompiled: (sha256, runtime, files) =>
      oneAtATime(async () => {
        await stat(path(sha256, 'zip')).catch(missing(sha256));
        await compiled.keep(await store.read(sha256), runtime, files);
      }),
    heldZip: (sha256) => held.zip(sha256),
    zipFile: (sha256) => zipAt(path(sha256, 'zip'), sha256),
    // Code that is being deleted and uploaded again at the same time would otherwise be found there, and then go.
    collect: (inUse) => oneAtATime(() => collect(inUse)),
  };
  return store;
}

async function zipAt(path: string, sha256: string): ReturnType<CodeStore['zipFile']> {
  const { size } = await stat(path).catch(missing(sha256));
  return { path, bytes: size };
}

function missing(sha256: string): (cause: unknown) => never {
  return (cause) => {
    throw new CodeMissingError(`The code ${sha256} is not in the code store; deploy the function again.`, { cause });
  };
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder))
    if (name.startsWith(unfinishedPrefix)) await rm(join(folder, name), { recursive: true, force: true });
}
