import { spawnSync } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { keyOf, once, type Build } from '../../src/image/cache.ts';
import { thisDistribution } from '../../src/image/debian.ts';
import { suiteSources } from '../../src/image/package-sources.ts';
import { compilePython, pythonOfRoot, pythonsOf } from '../../src/image/python/python-compile.ts';
import { unpackRoot } from '../../src/image/root/unpacked-root.ts';
import { testCache } from '../../src/instance/testing/places.ts';

// AWS's own tools as Debian has them, unpacked into the cache and not installed: whatever `aws` and `python3` this machine has (pip's `aws` is
// version 1), tests call the same ones, as anybody may, and without root.

/** Raised when what is built below changes. */
const recipe = 2;
const packages = ['awscli', 'python3-boto3', 'rclone'];
/** What this service answers for. */
const services: readonly string[] = ['lambda', 'logs', 's3', 'sts'];
/** Of an unpacked root: programs to be found by a PATH. */
const programsFolder = 'programs';

/**
 * The releases of Debian whose tools tests call: `trixie` has AWS CLI 2.23 and botocore 1.37, which know of all that is streamed; `bookworm` CLI
 * 2.9 and botocore 1.29, which find a service by `AWS_DATA_PATH` only.
 */
export type ToolsRelease = 'trixie' | 'bookworm';

/** AWS CLI 2 (`aws`), a Python with boto3 (`python3`) and `rclone` on a PATH, or why there are none. */
export type StockTools =
  | { readonly skip: false; readonly path: string }
  | { readonly skip: string; readonly path?: undefined };

/** A release's tools: from the cache, or of the packages that its mirror has; or, where those cannot be had, what is on this machine's PATH, if that will do. */
export async function stockTools(release: ToolsRelease = 'trixie'): Promise<StockTools> {
  const own = process.env['PATH'] ?? '';
  try {
    const folder = await unpackedTools(release);
    return { skip: false, path: [join(folder, programsFolder), own].join(delimiter) };
  } catch (error) {
    if (release === 'trixie' && hasTools()) return { skip: false, path: own };
    const why = String(error).slice(0, 300);
    return { skip: `Debian's packages of ${release} (${packages.join(', ')}) cannot be had here: ${why}` };
  }
}

/** Whether this machine's own know of what is streamed, too: AWS CLI from 2.17, botocore from 1.34 on. */
function hasTools(): boolean {
  const version = spawnSync('aws', ['--version'], { encoding: 'utf8' });
  const [, minor] = /^aws-cli\/2\.(\d+)\./.exec(version.stdout ?? '') ?? [];
  const program = "import boto3, botocore; print(botocore.__version__.split('.')[1])";
  const python = spawnSync('python3', ['-c', program], { encoding: 'utf8' });
  const rclone = spawnSync('rclone', ['version']);
  return Number(minor) >= 17 && python.status === 0 && Number(python.stdout) >= 34 && rclone.status === 0;
}

async function unpackedTools(release: ToolsRelease): Promise<string> {
  const sources = await suiteSources(release);
  const hash = keyOf({ recipe, packages, services, release, distribution: await thisDistribution() });
  const build = async (into: Build): Promise<void> => {
    await unpackRoot(`AWS CLI and boto3 of ${release}`, packages, into, sources);
    await leaveOut(into.folder);
    await compilePython(into.folder, into.signal);
    await writePrograms(into.folder);
  };
  const signal = AbortSignal.timeout(300_000);
  return await once(join(testCache(), 'test-tools'), `${release}-${hash}`, build, () => undefined, signal);
}

/** What nobody reads here: most of it is the models of some four hundred services. The CLI's are left, as it asks for more than it is asked about. */
async function leaveOut(root: string): Promise<void> {
  const modules = join(root, 'usr/lib/python3/dist-packages');
  const models = await readdir(join(modules, 'botocore/data'), { withFileTypes: true });
  const others = models.filter((entry) => entry.isDirectory() && !services.includes(entry.name));
  const unread = ['doc', 'man', 'locale'].map((name) => join(root, 'usr/share', name));
  unread.push(...others.map((entry) => join(entry.parentPath, entry.name)));
  for (const path of unread) await rm(path, { recursive: true });
}

/** As the packages' own, but that they find Python and its C library where they are themselves. */
async function writePrograms(root: string): Promise<void> {
  const bin = join(root, programsFolder);
  await mkdir(bin);
  const [name = ''] = await pythonsOf(root);
  // What these scripts see of themselves is the path by which they were found.
  const { command, env } = pythonOfRoot('$root', name);
  const python = command.map((word) => `"${word}"`).join(' ');
  for (const [program, first] of [
    ['python3', ''],
    ['aws', ' "$root/usr/bin/aws"'],
  ] as const) {
    const script = `#!/bin/sh\nroot=\${0%/*/*}\nPYTHONHOME="${env['PYTHONHOME']}" exec ${python}${first} "$@"\n`;
    await writeFile(join(bin, program), script, { mode: 0o755 });
  }
  const libraries = '"$root/usr/lib/x86_64-linux-gnu"';
  const rclone = `exec ${libraries}/ld-linux-x86-64.so.2 --library-path ${libraries} "$root/usr/bin/rclone" "$@"`;
  await writeFile(join(bin, 'rclone'), `#!/bin/sh\nroot=\${0%/*/*}\n${rclone}\n`, { mode: 0o755 });
}
