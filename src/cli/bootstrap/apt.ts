import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { CliError, exitCodes } from '../exit.ts';

const listsFolder = '/var/lib/apt/lists';
/** Seconds to wait for another package manager, such as the updates that a fresh machine runs by itself. */
const lockWaitSeconds = 180;
const outputLinesKept = 30;

/** Whether the machine has ever fetched package lists; container images come without. */
function hasLists(): boolean {
  try {
    return readdirSync(listsFolder).some((name) => name.endsWith('Packages') || name.includes('_Packages.'));
  } catch {
    return false;
  }
}

/** Runs apt-get; resolves with its exit code and last words. `prefix` is nothing, or sudo. */
async function aptGet(prefix: readonly string[], args: readonly string[]): Promise<{ code: number; words: string }> {
  const options = ['-o', `DPkg::Lock::Timeout=${lockWaitSeconds}`, '-o', 'Dpkg::Use-Pty=0', '-q', '-y'];
  const [program = '', ...rest] = [
    ...prefix,
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'LC_ALL=C.UTF-8',
    'apt-get',
    ...options,
    ...args,
  ];
  // sudo asks for a password on the terminal itself; apt-get is never asked anything.
  const child = spawn(program, rest, { stdio: [prefix.includes('sudo') ? 'inherit' : 'ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  const keep = (chunk: Buffer): void => {
    lines.push(
      ...chunk
        .toString('utf8')
        .split('\n')
        .filter((line) => line.trim() !== ''),
    );
    lines.splice(0, Math.max(0, lines.length - outputLinesKept));
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const { promise, resolve } = Promise.withResolvers<number>();
  child.on('error', (error) => {
    lines.push(error.message);
    resolve(127);
  });
  child.on('close', (code) => resolve(code ?? 1));
  return { code: await promise, words: lines.join('\n') };
}

/**
 * Installs packages. Package lists are fetched only where there are none, or where the ones there are too old to install
 * from. `report` is told what is going on. Throws CliError (unfit) with apt-get's last words.
 */
export async function install(
  packages: readonly string[],
  prefix: readonly string[],
  report: (line: string) => void,
): Promise<void> {
  const update = async (): Promise<void> => {
    report('Fetching package lists');
    await aptGet(prefix, ['update']);
  };
  const installNow = async (): Promise<{ code: number; words: string }> => {
    report(`Installing ${packages.join(', ')}`);
    return await aptGet(prefix, ['install', '--no-install-recommends', ...packages]);
  };
  const fetched = !hasLists();
  if (fetched) await update();
  let result = await installNow();
  if (result.code !== 0 && !fetched) {
    await update();
    result = await installNow();
  }
  if (result.code === 0) return;
  const message = `apt-get could not install ${packages.join(', ')}. Its last words:\n${result.words}`;
  throw new CliError(message, exitCodes.unfit, { hint: 'Mend that, or install them by hand, then try again.' });
}
