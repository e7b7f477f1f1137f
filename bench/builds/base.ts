import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Build, here } from './build.ts';

const run = promisify(execFile);

/** The release that goals in proportion to "today" were set against. */
export const baseCommit = 'e520e96';

/**
 * The build of `commit` in a worktree below `.scratch/`, made when it is asked for first and kept; or in words why there is
 * none here (an installed package, a shallow clone, no git).
 */
export async function baseBuild(commit: string): Promise<Build | string> {
  const root = join(here.root, '.scratch', commit);
  if (!existsSync(join(root, 'package.json'))) {
    const made = await checkOut(commit, root);
    if (made !== undefined) return made;
  }
  if (!existsSync(join(root, 'node_modules'))) await giveModules(root);
  return { name: commit, root };
}

async function checkOut(commit: string, root: string): Promise<string | undefined> {
  const git = async (...args: string[]): Promise<unknown> => await run('git', ['-C', here.root, ...args]);
  try {
    await mkdir(join(here.root, '.scratch'), { recursive: true });
    // What a removed folder left registered would be refused.
    await git('worktree', 'prune');
    await git('worktree', 'add', '--detach', root, commit);
    return undefined;
  } catch (error) {
    const why = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    return `no base to compare with: "git worktree add" of ${commit} said: ${why}`;
  }
}

/** Our own packages where it wants the same, else those that its launcher installs. */
async function giveModules(root: string): Promise<void> {
  const [ours, its] = await Promise.all(
    [here.root, root].map((folder) => readFile(join(folder, 'package-lock.json'), 'utf8')),
  );
  if (ours === its) await symlink(join(here.root, 'node_modules'), join(root, 'node_modules'));
  else await run(join(root, 'heddle'), ['--version']);
}
