import { mkdir, rm } from 'node:fs/promises';
import { instanceFolder, instanceMarks, type Places } from '../places.ts';
import { qemuArguments } from './command.ts';
import { expectState, migrationEnd, resume } from './template/migration.ts';
import { fd, startQemu, type Qemu } from './qemu.ts';
import type { Template } from './template/template.ts';

/** A copy of a template that does not run yet. */
export interface StillClone {
  readonly qemu: Qemu;
  /** Resolves when nothing of it is left, with how it went. Never rejects. */
  readonly gone: Promise<string>;
}

/** A running copy of a template. */
export interface Clone extends StillClone {
  /** By how much its clock is behind until somebody sets it. */
  readonly clockBehindMs: number;
}

/**
 * Makes a copy of a template, as far as one comes that is not to run yet. `name` is its own. Throws `signal`'s reason if
 * that fires, or an Error if QEMU does not get there; then nothing is left of it.
 */
export async function makeClone(
  places: Places,
  template: Template,
  name: string,
  signal: AbortSignal,
): Promise<StillClone> {
  signal.throwIfAborted();
  const still = await launchCopy(places, template, name);
  await orNothing(still, signal, () => load(still.qemu, template));
  return still;
}

/** A QEMU that waits for the state of a guest whose memory is the template's, or was once. */
export async function launchCopy(
  places: Places,
  template: Template,
  name: string,
  more: readonly string[] = [],
): Promise<StillClone> {
  // Nothing is ever in it. It is where QEMU would leave a core, and by it the sweep sees that there was an instance.
  const folder = instanceFolder(places, 'microvm', name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const qemu = await launch(places, template, name, folder, more);
  return { qemu, gone: qemu.exited.then((detail) => removed(folder, detail)) };
}

/** Lets a copy run. Throws as {@link makeClone} does, and then nothing is left of it, either. */
export async function runClone(still: StillClone, template: Template, signal: AbortSignal): Promise<Clone> {
  const resumedMs = await orNothing(still, signal, () => resume(still.qemu.qmp));
  return { ...still, clockBehindMs: resumedMs - template.guestWallMs };
}

/** Takes a step with a copy. If that fails or `signal` fires, nothing is left of the copy. */
export async function orNothing<Result>(
  { qemu, gone }: StillClone,
  signal: AbortSignal,
  step: () => Promise<Result>,
): Promise<Result> {
  const onAbort = (): void => void qemu.kill();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    const result = await step();
    signal.throwIfAborted();
    return result;
  } catch (cause) {
    await qemu.kill();
    const detail = await gone;
    signal.throwIfAborted();
    throw new Error(`A copy of a template could not be started; QEMU ended with ${detail}`, { cause });
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function launch(
  places: Places,
  template: Template,
  name: string,
  folder: string,
  more: readonly string[],
): Promise<Qemu> {
  const { command } = template;
  const marks = instanceMarks(places, name);
  try {
    return await startQemu({
      args: [...qemuArguments(command), ...more],
      channels: command.channels,
      marks,
      cwd: folder,
    });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function load({ qmp, state }: Qemu, template: Template): Promise<void> {
  const loaded = migrationEnd(qmp);
  loaded.catch(() => undefined); // of a QEMU that refuses what comes first
  await expectState(qmp, fd.state);
  state.end(template.state);
  await loaded;
}

async function removed(folder: string, detail: string): Promise<string> {
  try {
    await rm(folder, { recursive: true, force: true });
    return detail;
  } catch (error) {
    return `${detail}; its folder ${folder} could not be removed: ${String(error)}`;
  }
}
