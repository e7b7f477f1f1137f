import type { StartPath } from '../src/model/start-path.ts';
import { deployEcho, invokePath } from './functions.ts';
import { startService, type BenchService } from './service.ts';
import { summarise, type Summary } from './statistics.ts';

/** How many samples of each path. */
export interface StartPathPlan {
  readonly fast: number;
  readonly cold: number;
}

/**
 * Request→code-start by start path, milliseconds, as the service reports it on its own clock. Each round ends the
 * account's instance (its functions are updated, so their containers retire and the instance idles out), waits for the
 * warming pool, and invokes a first function (warm-instance) and a second (new-container). In the end the second is called
 * again and again (reused-container).
 * A function of a memory class that is not kept warm gives cold-instance.
 */
export async function benchStartPaths(
  driver: string,
  cpus: string,
  plan: StartPathPlan,
  report: (line: string) => void,
): Promise<Readonly<Record<StartPath, Summary>>> {
  const samples = new Map<string, number[]>();
  await using service = await startService(cpus, driver, {
    warm: ['nodejs24.x-256=2'],
    instanceIdle: '20ms',
    containerIdle: '1h',
  });
  for (const [name, memoryMb] of [
    ['first', 256],
    ['second', 256],
    ['cold', 512],
  ] as const)
    await deployEcho(service, name, memoryMb);

  const names = ['first', 'second', 'cold'];
  const measure = async (name: string): Promise<void> => {
    const response = await service.call('POST', invokePath(name), '{"n":1}');
    await response.arrayBuffer();
    const path = response.headers.get('x-heddle-start-path') ?? 'unknown';
    const ms = Number(response.headers.get('x-heddle-start-ms'));
    const sample = samples.get(path) ?? [];
    samples.set(path, sample);
    sample.push(ms);
  };
  const count = (path: StartPath): number => samples.get(path)?.length ?? 0;

  for (let round = 0; count('warm-instance') < plan.fast || count('new-container') < plan.fast; round += 1) {
    if (round > plan.fast * 3) throw new Error(`The start paths did not come up as planned: ${tally(samples)}.`);
    await quiesce(service, names, 1);
    await measure('first');
    await measure('second');
    if (round % 10 === 9) report(`${driver}: ${tally(samples)}`);
  }
  // What the rounds made the pool do in the background is none of this path's time.
  await settled(service, 1);
  while (count('reused-container') < plan.fast) await measure('second');
  for (let round = 0; count('cold-instance') < plan.cold; round += 1) {
    if (round > plan.cold * 3) throw new Error(`No cold instances came up: ${tally(samples)}.`);
    await quiesce(service, names, 0);
    await measure('cold');
  }
  const of = (path: StartPath): Summary => summarise(samples.get(path) ?? []);
  return {
    'reused-container': of('reused-container'),
    'new-container': of('new-container'),
    'warm-instance': of('warm-instance'),
    'cold-instance': of('cold-instance'),
  };
}

function tally(samples: ReadonlyMap<string, readonly number[]>): string {
  return [...samples].map(([path, sample]) => `${path} ${sample.length}`).join(', ');
}

/** Retires what `names` hold, and waits until no instance is allocated and the warming pool is full again. */
async function quiesce(service: BenchService, names: readonly string[], warmMin: number): Promise<void> {
  for (const name of names)
    await service.call(
      'PUT',
      `/2015-03-31/functions/${name}/configuration`,
      JSON.stringify({ Description: `round ${performance.now()}` }),
    );
  await settled(service, warmMin, true);
}

/** Waits until the warming pool is full, and with `emptied` until no instance is allocated either. */
async function settled(service: BenchService, warmMin: number, emptied = false): Promise<void> {
  for (;;) {
    const { instances, warming } = await service.snapshot();
    const busy = emptied && instances.some((instance) => instance.state !== 'warm');
    const making = instances.some(({ containers }) => containers.some((container) => container.state === 'starting'));
    const full = warming.every(({ ready, starting, target }) => ready >= Math.max(warmMin, target) && starting === 0);
    if (!busy && !making && full) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
