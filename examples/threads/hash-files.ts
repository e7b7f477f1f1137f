// Hashes files in parallel, and prints what sha256sum prints. Threads see no files of this machine: they are sent.
//
//   ./heddle run examples/threads/hash-files.ts [FILE…]
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { remote } from 'heddle';
import type { NamedBytes } from './hash-files-work.ts';

const work = remote<typeof import('./hash-files-work.ts')>(new URL('./hash-files-work.ts', import.meta.url));

/** `map` takes a file only when a thread is free for it: however many there are, a few are in memory. */
async function* readAll(paths: readonly string[]): AsyncGenerator<NamedBytes> {
  for (const path of paths) yield { path, bytes: await readFile(path) };
}

const here = import.meta.dirname;
const named = process.argv.slice(2);
const paths = named.length > 0 ? named : readdirSync(here).map((name) => join(here, name));
for await (const { path, sha256 } of work.sha256.map(readAll(paths), { concurrency: 8 }))
  console.log(`${sha256}  ${path}`);
