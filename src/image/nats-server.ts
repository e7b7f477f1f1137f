import { execFile } from 'node:child_process';
import { access, chmod, constants, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { type Build, keyOf, once } from './cache.ts';
import { downloadPackages, thisDistribution } from './debian.ts';
import { suiteSources } from './package-sources.ts';
import { runTool } from './tool.ts';

/** Raised when what is put into the cache changes. */
const recipe = 1;

/** The first release of Debian whose server can write to the disk before it acknowledges (`sync_interval: always`). */
const suite = 'trixie';

/** The oldest server that Heddle works with: before, there is no `sync_interval: always`. */
export const oldestNatsServer = '2.10.0';

/** A NATS server that can be run here. */
export interface NatsServerProgram {
  readonly path: string;
  /** Such as `2.10.27`. */
  readonly version: string;
}

/**
 * A NATS server from {@link oldestNatsServer} on: this machine's own where it has one, else one that is unpacked into the cache from Debian's
 * trixie, on the mirror of this machine's own packages, checked by apt's signatures. Needs no root, and changes nothing outside
 * `cacheDir`. Throws an Error that says what was tried if there is none to be had.
 */
export async function ensureNatsServer(
  cacheDir: string,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<NatsServerProgram> {
  const own = await installedServer();
  if (own !== undefined) return own;
  const { id, release } = await thisDistribution();
  try {
    const key = keyOf({ recipe, suite, id, release });
    const folder = await once(join(cacheDir, 'nats-server'), key, unpackServer, report, signal);
    const path = join(folder, 'nats-server');
    return { path, version: await versionOf(path) };
  } catch (cause) {
    signal.throwIfAborted();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `A cluster needs nats-server ${oldestNatsServer} or later. This machine (${id} ${release}) has none in its PATH, and the one of Debian's ${suite} could not be had: ${reason}`,
      { cause },
    );
  }
}

async function unpackServer({ folder, report, signal }: Build): Promise<void> {
  report(`NATS: getting nats-server of Debian's ${suite} into the cache.`);
  const apt = join(folder, '.apt');
  const files = await downloadPackages(['nats-server'], apt, signal, await suiteSources(suite));
  const file = files.find((path) => basename(path).startsWith('nats-server_'));
  if (file === undefined) throw new Error(`${suite} of this mirror has no nats-server`);
  await runTool('dpkg-deb', ['-x', file, join(folder, '.unpacked')], { signal });
  await rename(join(folder, '.unpacked/usr/sbin/nats-server'), join(folder, 'nats-server'));
  for (const rest of ['.apt', '.unpacked']) await rm(join(folder, rest), { recursive: true, force: true });
  await chmod(folder, 0o755); // was mkdtemp's 0700
  // It is linked with a C library that this machine's may be too old for: that should be said now.
  await versionOf(join(folder, 'nats-server'));
}

/** The machine's own, where it is new enough. */
async function installedServer(): Promise<NatsServerProgram | undefined> {
  for (const folder of [...(process.env['PATH'] ?? '').split(':'), '/usr/local/sbin', '/usr/sbin']) {
    const path = join(folder, 'nats-server');
    try {
      await access(path, constants.X_OK);
      const version = await versionOf(path);
      if (isNatsServerUsable(version)) return { path, version };
    } catch {
      // None here, or one that does not run.
    }
  }
  return undefined;
}

async function versionOf(path: string): Promise<string> {
  const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: 60_000 });
  const version = /v(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1];
  if (version === undefined) throw new Error(`${path} --version said "${stdout.trim()}", which is no version.`);
  return version;
}

/** Whether a server of this version can be used. */
export function isNatsServerUsable(version: string): boolean {
  const numbers = (text: string): readonly number[] => text.split(/[.-]/).slice(0, 3).map(Number);
  const [wanted, is] = [numbers(oldestNatsServer), numbers(version)];
  for (const [index, number] of wanted.entries()) {
    const other = is[index] ?? 0;
    if (other !== number) return other > number;
  }
  return true;
}
