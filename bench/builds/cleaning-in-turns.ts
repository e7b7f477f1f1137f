import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Build, here } from './build.ts';

/** How long each turn is, milliseconds. Even ones of the clock are with cleaning, odd ones without. */
export const turnMs = 2_000;

const inTurns = `
export class Pristine extends Cleaning {
  override leftTimers(): boolean {
    return cleans() && super.leftTimers();
  }
  override restore(): void {
    if (cleans()) super.restore();
  }
}
const clock = Date.now;
function cleans(): boolean {
  return Math.floor(clock() / ${turnMs}) % 2 === 0;
}
`;

/**
 * A build, copied below `.scratch/`, in which what a thread leaves behind in its process reaches the next one every other turn of the
 * clock. So both can be measured in the same processes: two services of one build differ by more than cleaning costs.
 */
export async function cleaningInTurns(build: Build): Promise<Build> {
  const root = join(here.root, '.scratch', 'cleaning-in-turns');
  await rm(root, { recursive: true, force: true });
  await mkdir(root, { recursive: true });
  for (const name of ['src', 'package.json', 'package-lock.json'])
    await cp(join(build.root, name), join(root, name), { recursive: true });
  await symlink(join(build.root, 'node_modules'), join(root, 'node_modules'));
  const file = join(root, 'src/runtime/node/threads/pristine.ts');
  const text = await readFile(file, 'utf8');
  const patched = text.replace('export class Pristine {', 'class Cleaning {');
  if (patched === text) throw new Error(`${file} has no class Pristine to put something before.`);
  await writeFile(file, patched + inTurns);
  return { name: build.name, root };
}
