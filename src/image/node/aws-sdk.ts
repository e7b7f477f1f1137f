import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { awsSdkPackages } from '../../model/runtimes/aws-sdk-packages.ts';
import { keyOf, once, type Build } from '../cache.ts';
import { runTool } from '../tool.ts';
import { markUsed } from '../unused.ts';

/** Raised when what is kept of the packages changes. */
const recipe = 1;

/** Packages that the Node runtimes bring along: a folder for containers to see read-only. */
export interface RuntimeModules {
  /** Holds packages, as a `node_modules` does. */
  readonly dir: string;
  /** Names its content. */
  readonly hash: string;
}

const hash = keyOf({ recipe, awsSdkPackages });
/** After an attempt that failed (no network, no npm) nobody waits for another one for so long, ms. */
const retryMs = 3_600_000;

/** The AWS SDK, if it was installed before. */
export function findAwsSdk(cacheDir: string): RuntimeModules | undefined {
  const dir = join(cacheDir, 'aws-sdk', hash);
  return markUsed(dir) ? { dir: join(dir, 'node_modules'), hash } : undefined;
}

/**
 * Installs the AWS SDK into the cache by the user's npm, if it is not there: a quarter of a minute, once, and 20 MB. Where that fails
 * `onFailure` is told, in words for a person, and for an hour nobody tries again: functions that bring along what they need run without it.
 */
export async function ensureAwsSdk(
  cacheDir: string,
  report: (line: string) => void,
  onFailure: (error: Error) => void,
  signal: AbortSignal,
): Promise<void> {
  if (findAwsSdk(cacheDir) !== undefined) return;
  const folder = join(cacheDir, 'aws-sdk');
  const failure = join(folder, `${hash}.failed`);
  const failedAt = await stat(failure).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  if (Date.now() - failedAt < retryMs) return;
  try {
    await once(folder, hash, install, report, signal);
    await rm(failure, { force: true });
  } catch (cause) {
    signal.throwIfAborted();
    await mkdir(folder, { recursive: true });
    await writeFile(failure, '');
    const why = cause instanceof Error ? cause.message : String(cause);
    onFailure(
      new Error(`The AWS SDK could not be installed for functions that rely on the runtime's: ${why}`, { cause }),
    );
  }
}

async function install({ folder, report, signal }: Build): Promise<void> {
  const count = Object.keys(awsSdkPackages).length;
  report(`AWS SDK of the Node runtimes: installing ${count} packages from npm.`);
  const manifest = { private: true, dependencies: awsSdkPackages };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  // Nothing of theirs is run here; and who is not connected is told soon.
  const how = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--omit=dev', '--fetch-retries=1'];
  await runTool('npm', ['install', ...how, '--fetch-timeout=60000', '--loglevel=error'], { cwd: folder, signal });
  report('AWS SDK of the Node runtimes: leaving out what Node does not load.');
  await trim(join(folder, 'node_modules'));
  for (const name of Object.keys(awsSdkPackages))
    if (!existsSync(join(folder, 'node_modules', name, 'package.json')))
      throw new Error(`npm did not install ${name}.`);
}

/** Of each package there are three builds and its types; Node loads one: 20 MB of 140. */
async function trim(modules: string): Promise<void> {
  await rm(join(modules, '.bin'), { recursive: true, force: true });
  await rm(join(modules, '.package-lock.json'), { force: true });
  for (const entry of await readdir(modules, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && /\.(d\.[cm]?ts|map|md|html)$/.test(entry.name)) await unlink(path).catch(() => undefined);
    // Node takes `main`, and of `exports` what they have for the condition `node`: CommonJS, also where it is imported.
    if (entry.isDirectory() && /^dist-(es|types)$/.test(entry.name)) await rm(path, { recursive: true, force: true });
  }
}
