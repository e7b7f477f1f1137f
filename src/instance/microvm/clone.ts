import { instanceMarks, type Places } from '../places.ts';
import { qemuArguments } from './command.ts';
import { expectState, migrationEnd } from './migration.ts';
import { fd, startQemu, type Qemu } from './qemu.ts';
import type { Template } from './template.ts';

/** Starts the QEMU of a copy and gets it as far as it comes without the template's state. Leaves nothing if it throws. */
export async function parkClone(places: Places, template: Template, instanceId: string): Promise<Qemu> {
  const { command } = template;
  const marks = instanceMarks(places, instanceId);
  const qemu = await startQemu({ args: qemuArguments(command), channels: command.channels, marks, cwd: '/' });
  return orKill(qemu, () => expectState(qemu.qmp, fd.state));
}

/** Gives a parked QEMU the template's state and lets the guest run. Kills it if it throws, or if `signal` fires. */
export async function wakeClone(qemu: Qemu, template: Template, signal: AbortSignal): Promise<Qemu> {
  const onAbort = (): void => void qemu.kill();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await orKill(qemu, async () => {
      signal.throwIfAborted();
      const loaded = migrationEnd(qemu.qmp);
      qemu.state.end(template.state);
      await loaded;
      await qemu.qmp.execute('cont');
      signal.throwIfAborted();
    });
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function orKill(qemu: Qemu, act: () => Promise<void>): Promise<Qemu> {
  try {
    await act();
    return qemu;
  } catch (cause) {
    await qemu.kill();
    throw new Error(`A copy of a template could not be started; QEMU ended with ${await qemu.exited}`, { cause });
  }
}
