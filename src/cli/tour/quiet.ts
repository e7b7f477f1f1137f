import { setTimeout as wait } from 'node:timers/promises';
import type { StartPath } from '../../model/invocations/start-path.ts';
import type { HeddleClient } from '../../sdk/client.ts';
import type { Shape } from '../../sdk/shape.ts';
import { CliError, exitCodes } from '../exit.ts';

const readyWaitMsMax = 120_000;
const quietWaitMsMax = 20_000;

/** Whether the service prepares nothing in the background: the pool full, blank containers up. */
function isQuiet(snapshot: Shape): boolean {
  const pools = snapshot.list('warming');
  const containers = snapshot.list('instances').flatMap((instance) => instance.list('containers'));
  return (
    pools.every(
      (pool) =>
        pool.number('starting') === 0 &&
        pool.number('ready') >= pool.number('target') &&
        pool.number('blanks') >= pool.number('ready') * pool.number('blanksWanted'),
    ) &&
    snapshot.list('configurations').every((configuration) => configuration.number('making') === 0) &&
    containers.every((container) => container.text('state') !== 'starting')
  );
}

/**
 * Waits until the first call of a function would start by `path` (by any, where that is undefined), and until what the service makes
 * ready for later no longer competes with what is to be measured; not for ever: a pool whose target memory does not allow never rests.
 * Throws CliError (unfit) where it does not become ready.
 */
export async function untilReady(client: HeddleClient, name: string, path: StartPath | undefined): Promise<void> {
  const startedAt = performance.now();
  for (;;) {
    const readiness = await client.readiness(name);
    const ready = readiness.flag('ready') && (path === undefined || readiness.text('path') === path);
    const waitedMs = performance.now() - startedAt;
    if (ready && (waitedMs > quietWaitMsMax || isQuiet(await client.snapshot()))) return;
    if (waitedMs > readyWaitMsMax) {
      const why = readiness.text('why') || `its first call would start by ${readiness.text('path')}, not by ${path}`;
      throw new CliError(`${name} was not ready within ${readyWaitMsMax / 1_000} s: ${why}.`, exitCodes.unfit, {
        hint: 'What the service says on stderr tells more.',
      });
    }
    await wait(50);
  }
}
