import type { ServiceSnapshot } from '../../src/model/snapshot.ts';
import type { BenchService } from './service.ts';

const pollMs = 20;
const limitMs = 60_000;

/** Looks at the service until `is` holds of what it has. Throws after a minute, with what there is then. */
export async function until(
  service: BenchService,
  what: string,
  is: (snapshot: ServiceSnapshot) => boolean,
): Promise<ServiceSnapshot> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const snapshot = await service.snapshot();
    if (is(snapshot)) return snapshot;
    if (performance.now() > deadline) {
      const states = snapshot.instances.map(({ state, containers }) => `${state} with ${containers.length}`);
      throw new Error(`Waited a minute until ${what}; there are: ${states.join(', ') || 'no instances'}.`);
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** Nothing is being made, and nothing runs. */
export function isQuiet({ instances, warming }: ServiceSnapshot): boolean {
  return (
    warming.every(({ ready, starting, target }) => ready >= target && starting === 0) &&
    instances.every(({ containers }) =>
      containers.every(({ state }) => state !== 'starting' && state !== 'running' && state !== 'retiring'),
    )
  );
}

/** Updates the functions, so that their containers retire, and waits until no instance is allocated and all is quiet. */
export async function retire(service: BenchService, names: readonly string[], warmMin: number): Promise<void> {
  for (const name of names)
    await service.call(
      'PUT',
      `/2015-03-31/functions/${name}/configuration`,
      JSON.stringify({ Description: `round ${performance.now()}` }),
    );
  await until(
    service,
    'no instance is allocated',
    (snapshot) =>
      isQuiet(snapshot) &&
      snapshot.instances.every(({ state }) => state === 'warm') &&
      snapshot.instances.length >= warmMin,
  );
}
