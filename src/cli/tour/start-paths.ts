import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '../../model/functions/settings.ts';
import type { StartPath } from '../../model/invocations/start-path.ts';
import { HeddleClient } from '../../sdk/client.ts';
import { findConnection } from '../../sdk/connection.ts';
import { untilActive } from '../deploying/deploy-function.ts';
import { startOwnService } from '../service.ts';
import { deployExample } from './examples.ts';
import { untilReady } from './quiet.ts';
import { type StartRow, startRow } from './start-row.ts';

const name = 'hello';
const payload = Buffer.from('{"name": "tour"}');

/**
 * A cold start, which a service with a warming pool does not show: the first call in a second service that keeps nothing warm, on a
 * home of its own, which is gone afterwards.
 */
export async function driveColdStart(settings: Settings, memoryMb: number, signal: AbortSignal): Promise<StartRow> {
  const home = await mkdtemp(join(tmpdir(), 'heddle-tour-'));
  try {
    const nothingWarm = { ...settings, home, port: 0, warm: [] };
    await using service = await startOwnService(nothingWarm, () => undefined, signal);
    using client = new HeddleClient(findConnection(home, { ...process.env, HEDDLE_URL: service.url }));
    await deployExample(client, name, memoryMb);
    return startRow('cold-instance', 'with --warm none', await client.invoke(name, payload));
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/**
 * Drives the function `hello`, which must be deployed and not have been called, through the start paths of a service with a warming pool:
 *
 *   warm-instance      its account has no instance yet
 *   new-container      a new revision: containers of the old one may not run it, but their instance may
 *   reused-container   the same again
 */
export async function driveStartPaths(client: HeddleClient): Promise<readonly StartRow[]> {
  const start = async (path: StartPath, because: string): Promise<StartRow> => {
    await untilReady(client, name, path === 'reused-container' ? undefined : path);
    return startRow(path, because, await client.invoke(name, payload));
  };
  const first = await start('warm-instance', 'from the warming pool');
  await client.updateConfiguration(name, { environment: { TOUR: 'new code' } });
  await untilActive(client, name);
  const second = await start('new-container', 'new code, same instance');
  const third = await start('reused-container', 'the same again');
  return [first, second, third];
}
