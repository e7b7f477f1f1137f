import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { release } from 'node:os';
import { systemClock, type Clock } from '../../model/clock.ts';
import type { InstanceDriver, ProbeVerdict } from '../contract.ts';

/** A verdict older than this is not believed. What is known to change one is part of its key, so this is for the rest. */
const verdictAgeMsMax = 7 * 86_400_000;

/** Programs that drivers use. Another version of one is another machine, as far as a verdict goes. */
const tools = ['bwrap', 'qemu-system-x86_64', 'runsc', 'setpriv', 'unshare'];

/** What decides whether the kernel lets us: read as text, absent ones count too. */
const kernelFiles = [
  '/proc/sys/kernel/random/boot_id',
  '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
  '/proc/sys/kernel/unprivileged_userns_clone',
  '/proc/sys/user/max_user_namespaces',
];

/** How to ask. */
export interface ProbeOptions {
  /** The service's cache folder. */
  readonly cache: string;
  /** Do not believe an earlier verdict (but keep the new one). */
  readonly fresh?: boolean;
  readonly clock?: Clock;
}

/**
 * What a driver's probe says, from the cache if it was asked before under the same conditions: since the last boot, with the
 * same kernel, user, tools and kernel settings. A probe that was cut short by `signal` throws and is not kept.
 */
export async function probed(
  driver: InstanceDriver,
  options: ProbeOptions,
  signal: AbortSignal,
): Promise<ProbeVerdict> {
  const clock = options.clock ?? systemClock;
  const { folder, kind, path } = await placeOf(driver, options);
  const known = options.fresh === true ? undefined : await remembered(driver, options);
  if (known !== undefined) return known;
  const verdict = await driver.probe(signal);
  signal.throwIfAborted();
  await writeVerdict(folder, path, kind, { ...verdict, at: clock.wall() });
  return verdict;
}

/** What it said when it was asked last, under the same conditions; undefined where it was not. Asks nobody. */
export async function remembered(driver: InstanceDriver, options: ProbeOptions): Promise<ProbeVerdict | undefined> {
  const known = await readVerdict((await placeOf(driver, options)).path, (options.clock ?? systemClock).wall());
  return known?.driver === driver.name ? known : undefined;
}

/** Where it is kept. Two drivers may have one name, where they do the same by other means. */
async function placeOf(
  driver: InstanceDriver,
  { cache }: ProbeOptions,
): Promise<{ readonly folder: string; readonly kind: string; readonly path: string }> {
  const folder = join(cache, 'probes');
  const kind = driver.capabilities.emulated ? `${driver.name}+emulated` : driver.name;
  return { folder, kind, path: join(folder, `${kind}-${await machineKey()}.json`) };
}

/** Names the conditions under which a verdict holds. */
async function machineKey(): Promise<string> {
  const files = await Promise.all(kernelFiles.map((path) => readFile(path, 'utf8').catch(() => '')));
  const named = process.env['HEDDLE_RUNSC'] ?? '';
  const found = await Promise.all([...tools.map((name) => identityOf(name)), named && fileIdentity(named)]);
  const kvm = await stat('/dev/kvm').then(
    ({ mode, uid, gid }) => [mode, uid, gid],
    () => [],
  );
  const groups = process.getgroups?.() ?? [];
  const conditions = [release(), process.getuid?.(), groups, files, found, kvm];
  return createHash('sha256').update(JSON.stringify(conditions)).digest('hex').slice(0, 16);
}

/** Where on the path a program is, its size and when it was changed: cheaper than asking each for its version. */
async function identityOf(name: string): Promise<readonly (string | number)[]> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const found = await fileIdentity(join(folder, name));
    if (found.length > 1) return found;
  }
  return [name];
}

async function fileIdentity(path: string): Promise<readonly (string | number)[]> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true ? [path, found.size, found.mtimeMs] : [path];
}

async function readVerdict(path: string, nowMs: number): Promise<ProbeVerdict | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const value = parse(text);
  if (!isKept(value) || value.at > nowMs || nowMs - value.at > verdictAgeMsMax) return undefined;
  const { at: _, ...verdict } = value;
  return verdict;
}

async function writeVerdict(folder: string, path: string, kind: string, kept: KeptVerdict): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder))
    if (name.startsWith(`${kind}-`)) await rm(join(folder, name), { force: true });
  const staged = `${path}.${process.pid}`;
  await writeFile(staged, JSON.stringify(kept));
  await rename(staged, path);
}

type KeptVerdict = ProbeVerdict & { readonly at: number };

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // absent, or cut short by a crash
  }
}

function isKept(value: unknown): value is KeptVerdict {
  if (typeof value !== 'object' || value === null) return false;
  const has = (name: string, type: string): boolean => typeof Reflect.get(value, name) === type;
  return (
    ['driver', 'mode', 'evidence'].every((name) => has(name, 'string')) &&
    ['tookMs', 'at'].every((name) => has(name, 'number')) &&
    has('works', 'boolean') &&
    (has('remedy', 'string') || has('remedy', 'undefined'))
  );
}
