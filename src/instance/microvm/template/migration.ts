import type { Qmp } from '../qmp.ts';

/** Guest memory that is a file stays where it is; only the devices' state, some 400 KiB, is moved. */
const capabilities = [
  { capability: 'x-ignore-shared', state: true },
  { capability: 'events', state: true },
];

/**
 * Stops the guest and writes the state of its devices to the file `name` in QEMU's working folder. Gives when it was
 * stopped, milliseconds since the Unix epoch. Throws if QEMU could not.
 */
export async function saveState(qmp: Qmp, name: string): Promise<number> {
  await qmp.execute('migrate-set-capabilities', { capabilities });
  const stopped = momentOf(qmp, 'STOP');
  await qmp.execute('stop');
  const end = migrationEnd(qmp);
  await qmp.execute('migrate', { uri: `exec:cat >${name}` });
  await end;
  return stopped;
}

/** Gets a QEMU that was started with `-incoming defer` as far as it comes without a state: it waits for one at `fd`. */
export async function expectState(qmp: Qmp, fd: number): Promise<void> {
  await qmp.execute('migrate-set-capabilities', { capabilities });
  await qmp.execute('migrate-incoming', { uri: `fd:${fd}` });
}

/** Lets a guest run whose state was loaded. Gives when it began to, milliseconds since the Unix epoch. */
export async function resume(qmp: Qmp): Promise<number> {
  const resumed = momentOf(qmp, 'RESUME');
  await qmp.execute('cont');
  return resumed;
}

/** When an event of this name happens for the first time from now on. */
function momentOf(qmp: Qmp, name: string): Promise<number> {
  const moment = qmp.event((event) => (event.name === name ? event.wallMs : undefined));
  moment.catch(() => undefined); // what it waits for says it too
  return moment;
}

/** Resolves when the state is written or loaded. To be called before the last thing that makes that happen. */
export async function migrationEnd(qmp: Qmp): Promise<void> {
  const status = await qmp.event(({ name, data: { status: now } }) =>
    name === 'MIGRATION' && (now === 'completed' || now === 'failed') ? now : undefined,
  );
  if (status === 'failed') throw new Error('QEMU could not move the state of the guest.');
}
