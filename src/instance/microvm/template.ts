import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keyOf, once, type Build } from '../../image/cache.ts';
import { configurationKey, instanceMemoryMb, type Configuration } from '../../model/configuration.ts';
import { limits } from '../../model/limits.ts';
import { instanceMarks, type Places } from '../places.ts';
import { kernelArguments, qemuArguments, type Accelerator, type Machine, type QemuCommand } from './command.ts';
import { saveState } from './migration.ts';
import { initramfsOf, type GuestParts } from './parts.ts';
import { startQemu, type Qemu } from './qemu.ts';
import { settle } from './settle.ts';

/** Raised when templates are made differently in a way that their other inputs do not show. */
const recipe = 1;

/** A guest that was booted, brought to where its agent and first containers wait, and saved. */
export interface Template {
  readonly key: string;
  /** What a copy's QEMU is started with. */
  readonly command: QemuCommand;
  /** State of the devices. */
  readonly state: Uint8Array;
  /** Channels of the containers that are there already. */
  readonly containers: readonly number[];
}

/** Which machines to try, the better one first. Emulated, `microvm` finds no timer that works. */
export function machinesFor(accelerator: Accelerator): readonly Machine[] {
  return accelerator === 'kvm' ? ['microvm', 'pc'] : ['pc'];
}

/** Finds a configuration's template in the cache, or makes it: boots a guest, which takes seconds. */
export async function ensureTemplate(
  places: Places,
  accelerator: Accelerator,
  parts: GuestParts,
  configuration: Configuration,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<Template> {
  const commands = machinesFor(accelerator).map((machine) => commandFor(accelerator, machine, parts, configuration));
  const args = commands.map((command) => qemuArguments(command));
  const key = `${configurationKey(configuration)}-${keyOf({ recipe, parts: parts.hash, configuration, args })}`;
  const make = (build: Build): Promise<void> => makeTemplate(places, parts, configuration, commands, build);
  const dir = await once(join(places.cache, 'template'), key, make, report, signal);
  const machine = await readFile(join(dir, 'machine'), 'utf8');
  const command = commands.find((candidate) => candidate.machine === machine);
  if (command === undefined)
    throw new Error(`${dir} is of an unknown machine ${machine}; remove it to have it built anew.`);
  const memory = { path: join(dir, 'memory'), shared: false };
  const state = await readFile(join(dir, 'state'));
  return { key, command: { ...command, memory }, state, containers: firstContainers(configuration) };
}

function commandFor(
  accelerator: Accelerator,
  machine: Machine,
  parts: GuestParts,
  configuration: Configuration,
): QemuCommand {
  const memoryMb = instanceMemoryMb(configuration);
  return { accelerator, machine, memoryMb, disk: parts.image.path, channels: limits.rehearsalChannel + 1 };
}

function firstContainers({ blankContainers }: Configuration): number[] {
  return Array.from({ length: blankContainers }, (_, index) => index + 1);
}

async function makeTemplate(
  places: Places,
  parts: GuestParts,
  configuration: Configuration,
  commands: readonly QemuCommand[],
  build: Build,
): Promise<void> {
  build.report(`Template ${configurationKey(configuration)}: booting it once.`);
  const failures: unknown[] = [];
  for (const command of commands) {
    try {
      return await bootAndSave(places, parts, configuration, command, build);
    } catch (error) {
      build.signal.throwIfAborted();
      failures.push(error);
    }
  }
  if (failures.length === 1) throw failures[0];
  throw new AggregateError(
    failures,
    `The template ${configurationKey(configuration)} could be booted in none of the ways there are.`,
  );
}

async function bootAndSave(
  places: Places,
  parts: GuestParts,
  configuration: Configuration,
  command: QemuCommand,
  { folder, report, signal }: Build,
): Promise<void> {
  const [memory, boot] = [join(folder, 'memory'), join(folder, 'initramfs')];
  await writeFile(memory, '', { mode: 0o600 });
  await truncate(memory, command.memoryMb * 1_048_576);
  await writeFile(boot, await initramfsOf(parts));
  const args = qemuArguments({
    ...command,
    memory: { path: memory, shared: true },
    boot: { kernel: parts.kernel.vmlinuz, initramfs: boot, kernelArguments: kernelArguments(command.accelerator) },
  });
  const marks = instanceMarks(places, `template-${configurationKey(configuration)}`);
  const qemu = await startQemu({ args, channels: command.channels, marks, cwd: folder });
  try {
    await settleInTime(qemu, configuration, signal);
    report(`Template ${configurationKey(configuration)}: saving it.`);
    await saveState(qemu.qmp, 'state');
  } finally {
    await qemu.kill();
  }
  await writeFile(join(folder, 'machine'), command.machine);
  await rm(boot);
}

/** Waits until the guest is as it is to be copied; says what its console said if it never gets there. */
async function settleInTime(qemu: Qemu, configuration: Configuration, signal: AbortSignal): Promise<void> {
  const deadline = AbortSignal.timeout(limits.agentHelloMsMax + limits.containerHelloMsMax);
  const stop = AbortSignal.any([signal, deadline]);
  const onStop = (): void => void qemu.kill();
  stop.addEventListener('abort', onStop, { once: true });
  try {
    await settle(qemu.channels, configuration);
  } catch (cause) {
    signal.throwIfAborted();
    const late = deadline.aborted ? ' in time' : '';
    void qemu.kill();
    const lastWords = await qemu.exited;
    throw new Error(
      `A guest was booted to make the template ${configurationKey(configuration)}, and did not become ready${late}; QEMU ended with ${lastWords}`,
      { cause },
    );
  } finally {
    stop.removeEventListener('abort', onStop);
  }
}
