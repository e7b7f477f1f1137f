import type { Qmp } from '../qmp.ts';
import { migrationEnd } from '../template/migration.ts';

/** Of QEMU's migration stream (migration/savevm.c): the head is a magic number and a version, then come sections. */
const headBytes = 8;
const configurationSection = 0x07;
/** At the end QEMU looks for a description of it, which may be empty; without one it complains. */
const noDescription = Buffer.from([0x06, 0, 0, 0, 0]);

/**
 * Writes the state of a stopped guest's devices to the file `name` in QEMU's working folder, and nothing of its memory. `migrate` would
 * write that too: it only leaves out memory that is shared, and a copy's is its own. The command is Xen's by name, and works with any accelerator.
 */
export async function saveDevices(qmp: Qmp, name: string): Promise<void> {
  await qmp.execute('xen-save-devices-state', { filename: name, live: false });
}

/**
 * The same as a stream that a QEMU takes which waits for a state to come in. It wants to be told first for what kind of machine it is, which that command
 * leaves out; a template's own state begins with it. Throws for what is no state.
 */
export function asMigration(saved: Buffer, template: Uint8Array): Buffer {
  const like = Buffer.from(template.buffer, template.byteOffset, template.byteLength);
  if (like[headBytes] !== configurationSection || saved[headBytes] === configurationSection)
    throw new Error('A state of devices does not begin as QEMU 7.2 to 10 write it.');
  const machineBytes = like.readUInt32BE(headBytes + 1);
  const machine = like.subarray(headBytes, headBytes + 5 + machineBytes);
  return Buffer.concat([saved.subarray(0, headBytes), machine, saved.subarray(headBytes), noDescription]);
}

/** Loads it into a QEMU that was started with `-incoming defer -S`, whose guest's memory is in its place already: some devices look into it. */
export async function loadDevices(qmp: Qmp, fd: number, send: () => void): Promise<void> {
  const loaded = migrationEnd(qmp);
  loaded.catch(() => undefined); // of a QEMU that refuses what comes first
  await qmp.execute('migrate-set-capabilities', { capabilities: [{ capability: 'events', state: true }] });
  await qmp.execute('migrate-incoming', { uri: `fd:${fd}` });
  send();
  await loaded;
}
