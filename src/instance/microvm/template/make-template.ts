import { open, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Build } from '../../../image/cache.ts';
import { configurationKey, type Configuration } from '../../../model/runtimes/configuration.ts';
import { limits } from '../../../model/limits.ts';
import { instanceMarks, type Places } from '../../places.ts';
import { kernelArguments, machines, qemuArguments, type Machine, type QemuCommand } from '../command.ts';
import { saveState } from './migration.ts';
import { initramfsOf, type GuestParts } from '../parts.ts';
import { rested } from '../rest.ts';
import { startQemu, type Qemu } from '../qemu.ts';
import { settle } from './settle.ts';
import { timeLimit } from '../time-given.ts';

/** Files of a template. */
export const templateFiles = { memory: 'memory', state: 'state', manifest: 'template.json' } as const;

/** What is to be known of a template before its state can be loaded. */
export interface Manifest {
  readonly machine: Machine;
  readonly guestWallMs: number;
}

/** Reads a manifest. Throws if it is not one. */
export function parseManifest(json: string, dir: string): Manifest {
  const value: unknown = JSON.parse(json);
  if (typeof value === 'object' && value !== null && 'machine' in value && 'guestWallMs' in value) {
    const machine = machines.find((it) => it === value.machine);
    if (machine !== undefined && typeof value.guestWallMs === 'number')
      return { machine, guestWallMs: value.guestWallMs };
  }
  throw new Error(`${dir} is not a template; remove it, so that it is made anew.`);
}

/** Makes a template by the first of `commands` that boots. */
export async function makeTemplate(
  places: Places,
  parts: GuestParts,
  configuration: Configuration,
  commands: readonly QemuCommand[],
  build: Build,
): Promise<void> {
  const name = configurationKey(configuration);
  build.report(`Template ${name}: booting it once.`);
  const failures: unknown[] = [];
  for (const command of commands) {
    try {
      const manifest = await bootAndSave(places, parts, configuration, command, build);
      return await writeFile(join(build.folder, templateFiles.manifest), JSON.stringify(manifest));
    } catch (error) {
      build.signal.throwIfAborted();
      failures.push(error);
    }
  }
  if (failures.length === 1) throw failures[0];
  throw new AggregateError(failures, `The template ${name} could be booted in none of the ways there are.`);
}

async function bootAndSave(
  places: Places,
  parts: GuestParts,
  configuration: Configuration,
  command: QemuCommand,
  { folder, report, signal }: Build,
): Promise<Manifest> {
  const name = configurationKey(configuration);
  const [memory, boot] = [join(folder, templateFiles.memory), join(folder, 'initramfs')];
  await writeFile(memory, '', { mode: 0o600 });
  await truncate(memory, command.memoryMb * 1_048_576);
  await writeFile(boot, await initramfsOf(parts));
  const args = qemuArguments({
    ...command,
    memory: { path: memory, shared: true },
    boot: { kernel: parts.kernel.vmlinuz, initramfs: boot, kernelArguments: kernelArguments(command.accelerator) },
  });
  const marks = instanceMarks(places, `template-${name}`);
  const qemu = await startQemu({ args, channels: command.channels, marks, cwd: folder });
  try {
    const behindMs = await settleInTime(qemu, configuration, signal);
    await rested(qemu.pid, signal);
    report(`Template ${name}: saving it.`);
    const stoppedMs = await saveState(qemu.qmp, templateFiles.state);
    // A template that a power failure tore would be taken for whole by all that come after.
    for (const file of [memory, join(folder, templateFiles.state)]) await flush(file);
    return { machine: command.machine, guestWallMs: stoppedMs - behindMs };
  } finally {
    await qemu.kill();
    await rm(boot);
  }
}

async function flush(path: string): Promise<void> {
  await using file = await open(path, 'r+');
  await file.sync();
}

/** Waits until the guest is as it is to be copied; says what its console said if it never gets there. */
async function settleInTime(qemu: Qemu, configuration: Configuration, signal: AbortSignal): Promise<number> {
  using limit = timeLimit(qemu.pid, limits.agentHelloMsMax + limits.containerHelloMsMax);
  const stop = AbortSignal.any([signal, limit.signal]);
  const onStop = (): void => void qemu.kill();
  stop.addEventListener('abort', onStop, { once: true });
  try {
    return await settle(qemu.channels, configuration);
  } catch (cause) {
    signal.throwIfAborted();
    void qemu.kill();
    throw new Error(
      `A guest was booted to make the template ${configurationKey(configuration)}, and did not become ready` +
        `${limit.signal.aborted ? ' in time' : ''}; QEMU ended with ${await qemu.exited}`,
      { cause },
    );
  } finally {
    stop.removeEventListener('abort', onStop);
  }
}
