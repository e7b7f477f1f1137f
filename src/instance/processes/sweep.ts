import { readdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runTool } from '../../image/tool.ts';
import type { DriverName } from '../contract.ts';
import { pausedFolder, runFolder, type Places } from '../places.ts';
import { ancestors, killAll, processesMarked } from './processes.ts';

/**
 * Destroys what an earlier service of this home left of a driver's instances: processes (known by the marks in their
 * environment, see `instanceMarks`), mounts and folders below `<home>/run/<driver>`. Gives the number of instances.
 *
 * Only for the one who holds the home's lock: it cannot tell a live service's instances from a dead one's.
 */
export async function sweepRun(places: Pick<Places, 'home'>, driver: DriverName): Promise<number> {
  const folder = join(runFolder(places), driver);
  const swept = new Set(await readdir(folder).catch(() => []));
  for (const instance of await killMarked(places.home)) swept.add(instance);
  await unmountBelow(folder);
  await rm(folder, { recursive: true, force: true });
  await rm(pausedFolder(places), { recursive: true, force: true });
  return swept.size;
}

/** Processes of any driver: after a service is dead, none of its home's instances is anybody's. */
async function killMarked(home: string): Promise<string[]> {
  const spared = await ancestors();
  const marked = await processesMarked({ HEDDLE_HOME: resolve(home) });
  // A person may have set HEDDLE_HOME in a shell: only what also says which instance it belongs to is an instance's.
  const left = marked.filter(({ pid, environment }) => environment.has('HEDDLE_INSTANCE') && !spared.has(pid));
  await killAll(left.map(({ pid }) => pid));
  return left.map(({ environment }) => environment.get('HEDDLE_INSTANCE') ?? '');
}

async function unmountBelow(folder: string): Promise<void> {
  // The last mounted first: it may lie in or on another one.
  for (const path of (await mountsBelow(folder)).toReversed())
    await runTool('umount', ['--lazy', '--no-canonicalize', path]);
}

/** Mount points at or below a folder, in the order they were mounted. */
export async function mountsBelow(folder: string): Promise<string[]> {
  const text = await readFile('/proc/self/mounts', 'utf8');
  const points = text.split('\n').map((line) => unescapeMount(line.split(' ')[1] ?? ''));
  return points.filter((point) => point === folder || point.startsWith(`${folder}/`));
}

/** Blanks, tabs, line ends and backslashes in mount points are written in octal (fstab(5)). */
function unescapeMount(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
