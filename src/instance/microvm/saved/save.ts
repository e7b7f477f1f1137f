import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Qmp } from '../qmp.ts';
import type { Qemu } from '../qemu.ts';
import type { Template } from '../template/template.ts';
import { resume } from '../template/migration.ts';
import { savePages } from './copy-memory.ts';
import { asMigration, saveDevices } from './device-state.ts';
import { dirtyPages, mappingOf, type PageRun } from './dirty-pages.ts';

/**
 * A socket has room for some 200 KiB, of which QEMU takes 4 KiB each time it looks; it looks at all of them between two commands.
 * So after so many commands it has taken all that its guest has room for.
 */
const looks = 64;

/** A guest that was saved: what of its memory differs from its template's, and the state of its devices. */
export interface SavedGuest {
  readonly pages: readonly PageRun[];
  readonly pagesFile: string;
  readonly devices: Buffer;
  /** When its clock stood still, milliseconds since the Unix epoch. */
  readonly stoppedMs: number;
  readonly bytes: number;
}

/**
 * Stops a guest and writes what it is to `folder`. It stands still afterwards. Throws if that cannot be done: then it goes on.
 *
 * This room has running guests saved and restored. Copies of a template map its memory privately, so the kernel knows which pages a guest has written to
 * (`dirty-pages.ts`): those are copied (`copy-memory.ts`), from a QEMU that stands still, and later into one that has not begun. The rest stays shared.
 */
export async function saveGuest(
  qemu: Qemu,
  template: Template,
  folder: string,
  signal: AbortSignal,
): Promise<SavedGuest> {
  const path = template.command.memory?.path;
  if (path === undefined) throw new Error('A guest without a template cannot be saved.');
  await taken(qemu.qmp);
  signal.throwIfAborted();
  const stoppedMs = await stop(qemu.qmp);
  try {
    await saveDevices(qemu.qmp, join(folder, 'devices'));
    const mapping = await mappingOf(qemu.pid, path);
    const pages = await dirtyPages(qemu.pid, mapping);
    const pagesFile = join(folder, 'pages');
    await savePages(qemu.pid, mapping, pages, pagesFile);
    const devices = asMigration(await readFile(join(folder, 'devices')), template.state);
    signal.throwIfAborted();
    const bytes = (await stat(pagesFile)).size + devices.length;
    return { pages, pagesFile, devices, stoppedMs, bytes };
  } catch (error) {
    await resume(qemu.qmp);
    throw error;
  }
}

/** What QEMU's sockets hold for its guest is the guest's, before that stops: with QEMU it would be gone. */
async function taken(qmp: Qmp): Promise<void> {
  for (let look = 0; look < looks; look++) await qmp.execute('query-status');
}

async function stop(qmp: Qmp): Promise<number> {
  const stopped = qmp.event(({ name, wallMs }) => (name === 'STOP' ? wallMs : undefined));
  stopped.catch(() => undefined); // what it waits for says it too
  await qmp.execute('stop');
  return await stopped;
}
