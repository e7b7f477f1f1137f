import { readFile } from 'node:fs/promises';
import { findAwsSdk } from '../../image/node/aws-sdk.ts';
import { bundleGuest } from '../../image/bundle.ts';
import { keyOf } from '../../image/cache.ts';
import { ensurePythons, type GuestPythons } from '../../image/python/guest-pythons.ts';
import { guestFolder, initramfs } from '../../image/kernel/initramfs.ts';
import { initScript } from '../../image/kernel/init-script.ts';
import { ensureKernel, type GuestKernel } from '../../image/kernel/kernel.ts';
import { ensureRootImage, type RootImage } from '../../image/root/root-image.ts';
import { ensureRootWithModules } from '../../image/root/root-with-modules.ts';
import { ensureRoot, guestPrograms, type GuestRoot } from '../../image/root/root.ts';
import { runTool } from '../../image/tool.ts';
import { limits } from '../../model/limits.ts';
import type { Places } from '../places.ts';
import { portName, type Accelerator } from './command.ts';
import { agentFile, guestProfile, profileFile, providedFile, pythonFile, runtimeFile } from './profile.ts';

/** Everything a guest is booted from, found or built. */
export interface GuestParts {
  readonly root: GuestRoot;
  readonly pythons: GuestPythons;
  readonly image: RootImage;
  readonly kernel: GuestKernel;
  readonly init: string;
  /** Files of ours in the guest, by name. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Names all of it, and the QEMU and processor it is for. */
  readonly hash: string;
}

/** Finds or builds it: some ten seconds the first time, and then only as long as it takes to bundle our own code. */
export async function ensureParts(
  places: Places,
  accelerator: Accelerator,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<GuestParts> {
  const modules = findAwsSdk(places.cache);
  const base = await ensureRoot(places.cache, report, signal);
  const pythons = await ensurePythons(places.cache, base, report, signal);
  const root = await ensureRootWithModules(places.cache, base, modules, pythons, report, signal);
  const bundle = await bundleGuest(`${places.cache}/guest`, pythons.runnable);
  const image = await ensureRootImage(places.cache, root, report, signal);
  const kernel = await ensureKernel(places.cache, report, signal);
  const init = initScript(
    [guestPrograms['nodejs24.x'], ...agentFlags(accelerator), `${guestFolder}/${agentFile}`],
    portName(limits.relayChannel),
  );
  const files = {
    [agentFile]: await readFile(bundle.agent),
    [runtimeFile]: await readFile(bundle.runtimeNode),
    [providedFile]: await readFile(bundle.runtimeProvided),
    [pythonFile]: await readFile(bundle.runtimePython),
    [profileFile]: Buffer.from(JSON.stringify(guestProfile(accelerator, pythons, modules !== undefined))),
  };
  const qemu = await runTool('qemu-system-x86_64', ['--version'], { signal });
  const ours = Object.values(files).map((content) => content.toString('base64'));
  const hash = keyOf({ image: image.hash, kernel: kernel.hash, init, ours, qemu, processor: await processor() });
  return { root, pythons, image, kernel, init, files, hash };
}

/** The initial file system that boots them. */
export function initramfsOf({ kernel, root, init, files }: GuestParts): Promise<Uint8Array> {
  return initramfs(kernel, root, init, files);
}

/**
 * The agent is always Node 24. Emulated, it is not compiled: it does little at a time, and the result would have to be
 * translated once more; see also `nodeFlags`. Its young generation is as large as it gets from the start, so that no
 * copy begins its life with a collection.
 */
function agentFlags(accelerator: Accelerator): string[] {
  const heap = ['--max-old-space-size=128', '--min-semi-space-size=16', '--max-semi-space-size=16'];
  return accelerator === 'tcg' ? ['--jitless', ...heap] : heap;
}

/** A template remembers its processor's abilities and the pace of its clock, so a copy must run on the same kind. */
async function processor(): Promise<string> {
  const text = await readFile('/proc/cpuinfo', 'utf8');
  return text
    .slice(0, text.indexOf('\n\n'))
    .split('\n')
    .filter((line) => /^(model name|flags|stepping|microcode)/.test(line))
    .join('\n');
}
