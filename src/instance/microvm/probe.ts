import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { initramfs } from '../../image/kernel/initramfs.ts';
import { probeScript } from '../../image/kernel/init-script.ts';
import { ensureKernel } from '../../image/kernel/kernel.ts';
import { ensureRoot } from '../../image/root/root.ts';
import type { ProbeVerdict } from '../contract.ts';
import { instanceMarks, type Places } from '../places.ts';
import { kernelArguments, machinesFor, qemuArguments, type Accelerator, type Machine } from './command.ts';
import { startQemu, type Qemu } from './qemu.ts';
import { timeLimit } from './time-given.ts';

/** How long a guest has to say its word, see `timeLimit`. With hardware it takes a fraction of a second, emulated two. */
const givenMs: Readonly<Record<Accelerator, number>> = { kvm: 5_000, tcg: 20_000 };
const word = 'heddle-probe';
const memoryMb = 256;

/**
 * Boots the guest kernel with next to nothing in it and waits for a word from it. The existence of `/dev/kvm` proves
 * nothing: there are machines on which it opens, makes virtual machines, and never runs them.
 */
export async function probeMicrovm(
  places: Places,
  accelerator: Accelerator,
  signal: AbortSignal,
): Promise<ProbeVerdict> {
  const begin = performance.now();
  const judged = await judge(places, accelerator, signal).catch((error: unknown) => refusal(accelerator, error));
  return { driver: 'microvm', mode: accelerator, ...judged, tookMs: performance.now() - begin };
}

type Judgement = Pick<ProbeVerdict, 'works' | 'evidence' | 'remedy'>;

function refusal(accelerator: Accelerator, error: unknown): Judgement {
  return { works: false, evidence: messageOf(error), remedy: remedies[accelerator] };
}

const remedies: Readonly<Record<Accelerator, string>> = {
  kvm: 'Run on a machine with hardware virtualisation (in a cloud: nested), with QEMU (`apt install qemu-system-x86`), as a user who may open /dev/kvm (`usermod -aG kvm USER`).',
  tcg: 'Install QEMU and SquashFS tools: `apt install qemu-system-x86 squashfs-tools`.',
};

async function judge(places: Places, accelerator: Accelerator, signal: AbortSignal): Promise<Judgement> {
  try {
    return await Promise.any(
      machinesFor(accelerator).map((machine) => tryMachine(places, accelerator, machine, signal)),
    );
  } catch (error) {
    const failures: unknown[] = error instanceof AggregateError ? error.errors : [error];
    throw new Error(failures.map(messageOf).join(' '), { cause: error });
  }
}

/** Boots a small guest on a machine of this kind. Throws with what happened if it does not say its word in time. */
export async function tryMachine(
  places: Places,
  accelerator: Accelerator,
  machine: Machine,
  signal: AbortSignal,
): Promise<Judgement> {
  const root = await ensureRoot(places.cache, quiet, signal);
  const kernel = await ensureKernel(places.cache, quiet, signal);
  const folder = await mkdtemp(join(places.cache, 'probe-'));
  try {
    const image = join(folder, 'initramfs');
    await writeFile(image, await initramfs(kernel, root, probeScript(word), {}));
    const boot = { kernel: kernel.vmlinuz, initramfs: image, kernelArguments: kernelArguments(accelerator) };
    const args = qemuArguments({ accelerator, machine, memoryMb, channels: 1, boot });
    const marks = instanceMarks(places, `probe-${accelerator}-${machine}`);
    const qemu = await startQemu({ args, channels: 1, marks, cwd: folder });
    using limit = timeLimit(qemu.pid, givenMs[accelerator]);
    return await hear(qemu, `A ${machine} guest`, AbortSignal.any([signal, limit.signal]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Waits for the guest's word, and kills it in any case. */
async function hear(qemu: Qemu, what: string, limit: AbortSignal): Promise<Judgement> {
  const begin = performance.now();
  const since = (): string => `${((performance.now() - begin) / 1_000).toFixed(1)} s`;
  // Killed, not asked: a guest that hangs has a QEMU that may not listen.
  const kill = (): void => void qemu.kill();
  limit.addEventListener('abort', kill, { once: true });
  try {
    let said = '';
    for await (const part of qemu.channels[0] ?? []) {
      said += String(part);
      if (said.includes(word)) return { works: true, evidence: `${what} answered ${since()} after QEMU was started.` };
    }
    const how = limit.aborted
      ? `had not answered when it was killed after ${since()}`
      : `ended with ${await qemu.exited}`;
    throw new Error(`${what} was started and ${how}.`);
  } finally {
    limit.removeEventListener('abort', kill);
    await qemu.kill();
  }
}

function quiet(): void {}

/** On one line/** On one line, as it stands in a table. */
function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ');
}
