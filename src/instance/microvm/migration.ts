import type { Qmp } from './qmp.ts';

/** Guest memory that is a file stays where it is; only the devices' state, some 400 KiB, is moved. */
const capabilities = [
  { capability: 'x-ignore-shared', state: true },
  { capability: 'events', state: true },
];

/**
 * Stops the guest and writes the state of its devices to the file `name` in QEMU's working folder. Throws if QEMU could not.
 */
export async function saveState(qmp: Qmp, name: string): Promise<void> {
  await qmp.execute('migrate-set-capabilities', { capabilities });
  await qmp.execute('stop');
  const end = migrationEnd(qmp);
  await qmp.execute('migrate', { uri: `exec:cat >${name}` });
  await end;
}

/** Gets a QEMU that was started with `-incoming defer` as far as it comes without a state: it waits for one at `fd`. */
export async function expectState(qmp: Qmp, fd: number): Promise<void> {
  await qmp.execute('migrate-set-capabilities', { capabilities });
  await qmp.execute('migrate-incoming', { uri: `fd:${fd}` });
}

/** Resolves when the state is written or loaded. To be called before the last thing that makes that happen. */
export async function migrationEnd(qmp: Qmp): Promise<void> {
  const status = await qmp.event((event, data) => {
    if (event !== 'MIGRATION' || typeof data !== 'object' || data === null || !('status' in data)) return undefined;
    return data.status === 'completed' || data.status === 'failed' ? data.status : undefined;
  });
  if (status === 'failed') throw new Error('QEMU could not move the state of the guest.');
}
