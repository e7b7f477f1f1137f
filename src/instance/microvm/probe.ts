import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { initramfs } from '../../image/initramfs.ts';
import { probeScript } from '../../image/init-script.ts';
import { ensureKernel } from '../../image/kernel.ts';
import { ensureRoot } from '../../image/root.ts';
import type { ProbeVerdict } from '../contract.ts';
import { instanceMarks, type Places } from '../places.ts';
import { kernelArguments, machinesFor, qemuArguments, type Accelerator, type Machine } from './command.ts';
import { startQemu } from './qemu.ts';

/** How long a guest has to say its word. With hardware it takes a fraction of a second, emulated two. */
const deadlineMs: Readonly<Record<Accelerator, number>> = { kvm: 5_000, tcg: 20_000 };
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
  const quiet = (): void => undefined;
  const root = await ensureRoot(places.cache, quiet, signal);
  const kernel = await ensureKernel(places.cache, quiet, signal);
  await mkdir(places.cache, { recursive: true });
  const folder = await mkdtemp(join(places.cache, 'probe-'));
  try {
    const image = join(folder, 'initramfs');
    await writeFile(image, await initramfs(kernel, root, probeScript(word), {}));
    const boot = { kernel: kernel.vmlinuz, initramfs: image, kernelArguments: kernelArguments(accelerator) };
    const tries = machinesFor(accelerator).map((machine) => attempt(places, accelerator, machine, boot, signal));
    return await Promise.any(tries).catch((error: unknown) => {
      throw error instanceof AggregateError ? new Error(error.errors.map(messageOf).join(' ')) : error;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Boot {
  readonly kernel: string;
  readonly initramfs: string;
  readonly kernelArguments: readonly string[];
}

async function attempt(
  places: Places,
  accelerator: Accelerator,
  machine: Machine,
  boot: Boot,
  signal: AbortSignal,
): Promise<Judgement> {
  const begin = performance.now();
  const args = qemuArguments({ accelerator, machine, memoryMb, channels: 1, boot });
  const qemu = await startQemu({
    args,
    channels: 1,
    marks: instanceMarks(places, `probe-${accelerator}-${machine}`),
    cwd: '/',
  });
  const limit = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs[accelerator])]);
  // Killed, not asked: a guest that hangs has a QEMU that may not listen.
  const kill = (): void => void qemu.kill();
  limit.addEventListener('abort', kill, { once: true });
  try {
    let said = '';
    for await (const part of qemu.channels[0] ?? []) {
      said += String(part);
      if (said.includes(word))
        return { works: true, evidence: `A ${machine} guest answered ${since(begin)} after QEMU was started.` };
    }
    const how = limit.aborted
      ? `had not answered when it was killed after ${since(begin)}`
      : `ended with ${await qemu.exited}`;
    throw new Error(`A ${machine} guest was started with ${accelerator} and ${how}.`);
  } finally {
    limit.removeEventListener('abort', kill);
    await qemu.kill();
  }
}

/** On one line, as it stands in a table. */
function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ');
}

function since(begin: number): string {
  return `${((performance.now() - begin) / 1_000).toFixed(1)} s`;
}
