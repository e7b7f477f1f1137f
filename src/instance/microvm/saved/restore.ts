import type { Places } from '../../places.ts';
import { fd } from '../qemu.ts';
import type { Clone } from '../clone.ts';
import { launchCopy, orNothing } from '../clone.ts';
import { resume } from '../template/migration.ts';
import type { Template } from '../template/template.ts';
import { loadPages } from './copy-memory.ts';
import { loadDevices } from './device-state.ts';
import { mappingOf } from './dirty-pages.ts';
import type { SavedGuest } from './save.ts';

/** Has a saved guest go on in a QEMU of its own. Throws `signal`'s reason, or an Error where it does not; nothing is left of it then. */
export async function restoreGuest(
  places: Places,
  template: Template,
  saved: SavedGuest,
  name: string,
  signal: AbortSignal,
): Promise<Clone> {
  const path = template.command.memory?.path ?? '';
  // What was saved says of itself that it ran: it is to wait for the word all the same.
  const still = await launchCopy(places, template, name, ['-S']);
  const { qemu } = still;
  const resumedMs = await orNothing(still, signal, async () => {
    // Its memory is there when it takes commands.
    await qemu.qmp.execute('query-status');
    await loadPages(qemu.pid, await mappingOf(qemu.pid, path), saved.pages, saved.pagesFile);
    await loadDevices(qemu.qmp, fd.state, () => qemu.state.end(saved.devices));
    return await resume(qemu.qmp);
  });
  return { ...still, clockBehindMs: resumedMs - saved.stoppedMs };
}
