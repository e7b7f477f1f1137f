import { mkdir, rm } from 'node:fs/promises';
import type { InstanceSpec } from '../contract.ts';
import { instanceFolder, instanceMarks, type Places } from '../places.ts';
import { qemuArguments } from './command.ts';
import { expectState, migrationEnd, resume } from './migration.ts';
import { fd, startQemu, type Qemu } from './qemu.ts';
import type { Template } from './template.ts';

/** A running copy of a template. */
export interface Clone {
  readonly qemu: Qemu;
  /** By how much its clock is behind until somebody sets it. */
  readonly clockBehindMs: number;
  /** Resolves when nothing of it is left, with how it went. Never rejects. */
  readonly gone: Promise<string>;
}

/**
 * Starts a copy of a template. Throws `signal`'s reason if that fires, or an Error if QEMU does not get there; then nothing
 * is left of it.
 */
export async function startClone(
  places: Places,
  template: Template,
  { instanceId }: InstanceSpec,
  signal: AbortSignal,
): Promise<Clone> {
  signal.throwIfAborted();
  // Nothing is ever in it. It is where QEMU would leave a core, and by it the sweep sees that there was an instance.
  const folder = instanceFolder(places, 'microvm', instanceId);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const qemu = await launch(places, template, instanceId, folder);
  const gone = qemu.exited.then((detail) => removed(folder, detail));
  const onAbort = (): void => void qemu.kill();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    const resumedMs = await load(qemu, template);
    signal.throwIfAborted();
    return { qemu, clockBehindMs: resumedMs - template.guestWallMs, gone };
  } catch (cause) {
    await qemu.kill();
    const detail = await gone;
    signal.throwIfAborted();
    throw new Error(`A copy of a template could not be started; QEMU ended with ${detail}`, { cause });
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function launch(places: Places, template: Template, instanceId: string, folder: string): Promise<Qemu> {
  const { command } = template;
  const marks = instanceMarks(places, instanceId);
  try {
    return await startQemu({ args: qemuArguments(command), channels: command.channels, marks, cwd: folder });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Gives when it began to run. */
async function load({ qmp, state }: Qemu, template: Template): Promise<number> {
  const loaded = migrationEnd(qmp);
  loaded.catch(() => undefined); // of a QEMU that refuses what comes first
  await expectState(qmp, fd.state);
  state.end(template.state);
  await loaded;
  return resume(qmp);
}

async function removed(folder: string, detail: string): Promise<string> {
  try {
    await rm(folder, { recursive: true, force: true });
    return detail;
  } catch (error) {
    return `${detail}; its folder ${folder} could not be removed: ${String(error)}`;
  }
}
