import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { ZipFile } from 'yazl';
import { limits } from '../../model/limits.ts';
import { keyOf } from '../cache.ts';
import type { RunnablePython } from './python-compile.ts';
import { runTool } from '../tool.ts';
import { markUsed, removeUnused } from '../unused.ts';

const here = dirname(fileURLToPath(import.meta.url));
const packageName = 'heddle_runtime';
const entry = '__main__.py';
const madeAt = new Date('2000-01-01T00:00:00Z');

/** Compiled so that nothing is compared with a source; tracebacks name the files like this. */
const compile = `
import os, py_compile, sys
folder, out = sys.argv[1:]
for name in sorted(os.listdir(folder)):
    py_compile.compile(os.path.join(folder, name), os.path.join(out, name + "c"), "/opt/heddle/${packageName}/" + name, True,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
`;

/** Numbers that the runtime has from here. */
const constants = `
FRAME_BYTES_MAX = ${limits.frameBytesMax}
STREAM_BYTES_MAX = ${limits.streamBytesMax}
STREAM_WINDOW_BYTES = ${limits.streamWindowBytes}
STREAM_PART_BYTES_MAX = ${limits.streamPartBytesMax}
PART_OVERHEAD_BYTES = ${limits.streamPartOverheadBytes}
ANSWER_BYTES_MAX = ${limits.answerBytesMax}
LOG_BYTES_MAX = ${limits.logBytesMax}
# Longest message, and longest trace in all, characters; and what the service accepts of a trace.
ERROR_TEXT_MAX = 131_072
TRACE_LINES_MAX = 1_000
`;

/**
 * The Python runtime as one archive in `outDir`, which any CPython from 3.11 on runs: its source, and compiled by each of `pythons`, as
 * compiling it takes longer than all the rest of its start. Its name holds a hash of what it is made from. Safe in several processes at once.
 */
export async function bundlePython(outDir: string, pythons: readonly RunnablePython[]): Promise<string> {
  const sources = await readSources();
  const ids = pythons.map(({ id }) => id).toSorted();
  const path = join(outDir, `runtime-python-${keyOf({ sources: [...sources], compile, ids })}.pyz`);
  if (markUsed(path)) return path;
  await mkdir(outDir, { recursive: true });
  const staged = `${path}.${process.pid}`;
  await writeFile(staged, await archive(sources, pythons), { mode: 0o644 });
  await rename(staged, path);
  markUsed(path);
  await removeUnused(path);
  return path;
}

/** The runtime's files by their names below its folder, constants included. In the published package they lie beside the other bundles. */
async function readSources(): Promise<Map<string, string>> {
  const places = [join(here, '../../runtime/python'), join(here, '../../../dist/guest/runtime-python')];
  for (const place of places) {
    const names = await readdir(join(place, packageName)).catch(() => []);
    const modules = names.filter((name) => name.endsWith('.py')).toSorted();
    if (modules.length === 0) continue;
    const paths = [entry, ...modules.map((name) => `${packageName}/${name}`)];
    const texts = await Promise.all(paths.map((path) => readFile(join(place, path), 'utf8')));
    return new Map([
      ...paths.map((path, index) => [path, texts[index] ?? ''] as const),
      [`${packageName}/constants.py`, constants],
    ]);
  }
  throw new Error(`The Python runtime was found in none of ${places.join(', ')}; reinstall Heddle.`);
}

async function archive(sources: ReadonlyMap<string, string>, pythons: readonly RunnablePython[]): Promise<Buffer> {
  const zip = new ZipFile();
  const add = (path: string, data: Buffer): void => {
    // Not compressed: it is read once by each container, from memory.
    zip.addBuffer(data, path, { mode: 0o644, mtime: madeAt, compress: false });
  };
  for (const [path, text] of sources) add(path === entry ? path : `source/${path}`, Buffer.from(text));
  for (const python of pythons)
    for (const [name, data] of await compiled(sources, python))
      add(`${python.id.replace('.', '')}/${packageName}/${name}`, data);
  zip.end();
  return buffer(zip.outputStream);
}

async function compiled(
  sources: ReadonlyMap<string, string>,
  { command, env }: RunnablePython,
): Promise<(readonly [name: string, data: Buffer])[]> {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-python-'));
  try {
    const [from, to] = [join(folder, 'source'), join(folder, 'compiled')];
    for (const path of [from, to]) await mkdir(path);
    for (const [path, text] of sources)
      if (path !== entry) await writeFile(join(from, path.slice(packageName.length + 1)), text);
    const [program = '', ...first] = command;
    await runTool(program, [...first, '-sS', '-c', compile, from, to], { env });
    const names = (await readdir(to)).toSorted();
    return await Promise.all(names.map(async (name) => [name, await readFile(join(to, name))] as const));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
