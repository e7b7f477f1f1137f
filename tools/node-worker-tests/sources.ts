import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keyOf, once, type Build } from '../../src/image/cache.ts';
import { thisDistribution } from '../../src/image/debian.ts';
import { runTool } from '../../src/image/tool.ts';
import { aptEntries } from '../../src/image/package-sources.ts';

/** The release whose source package of Node is taken: it is of the same Node as ours. */
const suite = 'forky';
const recipe = 3;

/**
 * The folder `test` of Node's own sources, with its tests of workers and what they use, from Debian's source package, by the
 * mirror that this machine's packages come from. Kept in `cacheDir`. Throws where it cannot be had.
 */
export async function nodeTests(cacheDir: string, signal: AbortSignal): Promise<string> {
  const report = (line: string): void => console.error(line);
  return join(await once(join(cacheDir, 'node-tests'), keyOf({ recipe, suite }), fetchTests, report, signal), 'test');
}

async function fetchTests({ folder, report, signal }: Build): Promise<void> {
  report("Node's tests: fetching Debian's source package of nodejs.");
  const apt = join(folder, '.apt');
  for (const path of ['state/lists/partial', 'cache/archives/partial', 'files'])
    await mkdir(join(apt, path), { recursive: true });
  await writeFile(join(apt, 'heddle.sources'), await sources());
  const options = aptOptions(apt);
  await runTool('apt-get', [...options, 'update'], { signal });
  const cwd = join(apt, 'files');
  // A mirror that is behind lacks the newest description of the package, but not the archive that it is about.
  await runTool('apt-get', [...options, 'source', '--download-only', 'nodejs'], { signal, cwd }).catch(report);
  const archive = (await readdir(cwd)).find((name) => /^nodejs_.*\.orig\.tar\.xz$/.test(name));
  if (archive === undefined) throw new Error("The mirror of this machine's packages has no source package of nodejs.");
  const version = /^nodejs_([0-9.]+)/.exec(archive)?.[1];
  if (version !== process.versions.node)
    throw new Error(`Debian's ${suite} has the tests of Node ${version} by now, and this is ${process.versions.node}.`);
  const wanted = ['parallel/test-worker*', 'common/*', 'fixtures/*'].map((pattern) => `*/test/${pattern}`);
  const unpacked = join(folder, '.unpacked');
  await mkdir(unpacked);
  const from = ['-xJf', join(cwd, archive), '-C', unpacked, '--strip-components=1', '--wildcards', ...wanted];
  await runTool('tar', from, { signal });
  await rename(join(unpacked, 'test'), join(folder, 'test'));
  for (const rest of ['.apt', '.unpacked']) await rm(join(folder, rest), { recursive: true });
}

async function sources(): Promise<string> {
  const { release } = await thisDistribution();
  const main = (await aptEntries('/etc/apt')).find((entry) => entry.suite === release);
  if (main === undefined) throw new Error(`This machine's package sources do not name ${release}.`);
  const lines = ['Types: deb-src', `URIs: ${main.uri}`, `Suites: ${suite}`, 'Components: main'];
  if (main.signedBy !== undefined) lines.push(`Signed-By: ${main.signedBy}`);
  return `${lines.join('\n')}\n`;
}

function aptOptions(folder: string): string[] {
  const settings = {
    'Dir::Cache': join(folder, 'cache'),
    'Dir::State': join(folder, 'state'),
    'Dir::Etc::sourcelist': join(folder, 'heddle.sources'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Debug::NoLocking': '1',
    'APT::Sandbox::User': 'root',
    'APT::Update::Post-Invoke': '',
    'Acquire::Languages': 'none',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}
