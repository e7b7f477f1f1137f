import { setTimeout as wait } from 'node:timers/promises';
import { promisedPaths, type StartPath, startMsPromised } from '../../model/start-path.ts';
import type { HeddleClient, InvokeAnswer } from '../../sdk/client.ts';
import type { Shape } from '../../sdk/shape.ts';
import { CliError, exitCodes } from '../exit.ts';
import { untilActive } from '../deploy-function.ts';

/** One start as it happened. */
export interface StartRow {
  readonly path: StartPath;
  /** What made the service take this path. */
  readonly because: string;
  /** The path it took in truth. */
  readonly taken: string;
  readonly startMs: number;
  readonly durationMs: number;
  readonly instance: string;
  readonly container: string;
  readonly promised: boolean;
  /** It took the path it was meant to, and was as fast as promised where there is a promise. */
  readonly kept: boolean;
}

const name = 'hello';
const warmWaitMsMax = 120_000;
const quietWaitMsMax = 20_000;

/** Whether the service prepares nothing in the background: pools full, blank containers up. */
function isQuiet(snapshot: Shape): boolean {
  const pools = snapshot.list('warming');
  const containers = snapshot.list('instances').flatMap((instance) => instance.list('containers'));
  return (
    pools.every((pool) => pool.number('starting') === 0 && pool.number('ready') >= pool.number('target')) &&
    containers.every((container) => container.text('state') !== 'starting')
  );
}

/**
 * Waits until there is an instance of this configuration in the warming pool, and until what the service makes ready for
 * later no longer competes with what is to be measured; not for ever: a pool whose target memory does not allow never rests.
 */
async function untilReady(client: HeddleClient, configuration: string): Promise<void> {
  const startedAt = performance.now();
  for (;;) {
    const snapshot = await client.snapshot();
    const waitedMs = performance.now() - startedAt;
    const pool = snapshot.list('warming').find((each) => each.text('configuration') === configuration);
    const warm = pool !== undefined && pool.number('ready') > 0;
    if (warm && (isQuiet(snapshot) || waitedMs > quietWaitMsMax)) return;
    if (waitedMs > warmWaitMsMax) {
      const message = `The warming pool had no instance of ${configuration} within ${warmWaitMsMax / 1_000} s.`;
      throw new CliError(message, exitCodes.unfit, { hint: 'What the service says on stderr tells why.' });
    }
    await wait(50);
  }
}

function row(path: StartPath, because: string, answer: InvokeAnswer): StartRow {
  if (answer.functionError !== undefined) {
    const words = Buffer.from(answer.payload).toString('utf8');
    throw new CliError(`The example function failed: ${words}`, exitCodes.functionError);
  }
  const promised = promisedPaths.includes(path);
  const kept = answer.startPath === path && (!promised || answer.startMs < startMsPromised);
  const { startMs, durationMs, instance, container } = answer;
  return { path, because, taken: answer.startPath, startMs, durationMs, instance, container, promised, kept };
}

/**
 * Drives the function `hello`, which must be deployed, through every start path, by what it asks for:
 *
 *   cold-instance      a memory class of which nothing is kept warm, and of which this account has no instance yet
 *   warm-instance      a memory class that is kept warm, and of which this account has no instance yet
 *   new-container      a new revision: containers of the old one may not run it, but their instance may
 *   reused-container   the same again
 */
export async function driveStartPaths(client: HeddleClient, memoryMb: number): Promise<readonly StartRow[]> {
  const payload = Buffer.from('{"name": "tour"}');
  const start = async (path: StartPath, because: string): Promise<StartRow> => {
    await untilReady(client, 'nodejs24.x');
    return row(path, because, await client.invoke(name, payload));
  };
  const revise = async (memory: number, tour: string): Promise<void> => {
    await client.updateConfiguration(name, { memory, environment: { TOUR: tour } });
    await untilActive(client, name);
  };
  await revise(memoryMb, 'cold');
  const first = await start('cold-instance', 'nothing like it is kept warm');
  await revise(memoryMb, 'warm');
  const second = await start('warm-instance', 'taken from the warming pool');
  await revise(memoryMb, 'new code');
  const third = await start('new-container', 'new revision, same instance');
  const fourth = await start('reused-container', 'the same again');
  return [first, second, third, fourth];
}
