import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from '../model/functions/settings.ts';
import { writeFileAtomic } from '../store/atomic-file.ts';

/** Says in the home where the service is, for the command line, until it stops. */
export async function leaveWord(
  settings: Settings,
  url: string,
  driver: string,
  undo: AsyncDisposableStack,
): Promise<void> {
  const path = join(settings.home, 'service.json');
  undo.defer(() => rm(path, { force: true }));
  const text = JSON.stringify({ url, pid: process.pid, region: settings.region, driver });
  await writeFileAtomic(path, [Buffer.from(`${text}\n`)]);
}
