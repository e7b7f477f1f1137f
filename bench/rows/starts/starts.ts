import { promisedPaths, unprovisionedPaths, type StartPath } from '../../../src/model/invocations/start-path.ts';
import type { Row } from '../../row.ts';
import { deploy } from '../../service/functions.ts';
import { invoke } from '../../service/invoke.ts';
import { type BenchService, startService } from '../../service/service.ts';
import { isQuiet, retire, until } from '../../service/settle.ts';
import { summarise } from '../../statistics.ts';

type Samples = Map<string, number[]>;

async function sample(service: BenchService, name: string, into: Samples): Promise<void> {
  const { startPath, startMs } = await invoke(service, name);
  const list = into.get(startPath) ?? [];
  into.set(startPath, list);
  list.push(startMs);
}

const count = (samples: Samples, path: StartPath): number => samples.get(path)?.length ?? 0;

/**
 * Request to user code by start path, milliseconds by the service's own clock. Each round ends the account's instance (its
 * functions are updated, so their containers retire and the instance idles out), waits for the warming pool, and invokes a
 * first function (warm-instance) and a second (new-container). In the end the second is called again and again
 * (reused-container). Builds take turns by rounds.
 */
export const startsRow: Row = {
  name: 'starts',
  about: 'request to user code by start path, nodejs24.x with 256 MB',
  drivers: ['host', 'gvisor'],
  run: async function* ({ builds, driver, full }) {
    const wanted = full ? 200 : 10;
    await using stack = new AsyncDisposableStack();
    const config = { warm: ['nodejs24.x-256=2'], instanceIdle: '20ms', containerIdle: '1h' };
    const subjects: { readonly service: BenchService; readonly samples: Samples }[] = [];
    for (const build of builds) {
      const service = stack.use(await startService({ build, driver, config }));
      await deploy(service, 'first');
      await deploy(service, 'second');
      subjects.push({ service, samples: new Map() });
    }
    const isDone = ({ samples }: { readonly samples: Samples }): boolean =>
      count(samples, 'warm-instance') >= wanted && count(samples, 'new-container') >= wanted;
    for (let round = 0; !subjects.every(isDone); round += 1) {
      if (round > wanted * 3)
        throw new Error(
          `After ${round} rounds there are: ${subjects.map(({ service, samples }) => `${service.build.name} ${tally(samples)}`).join('; ')}.`,
        );
      for (const { service, samples } of subjects) {
        await retire(service, ['first', 'second'], 1);
        // What the round before made another build do in the background is none of this one's time.
        for (const other of subjects) await until(other.service, 'nothing is made or runs', isQuiet);
        await sample(service, 'first', samples);
        await sample(service, 'second', samples);
      }
    }
    // What the rounds made the pool do in the background is none of this path's time.
    for (const { service } of subjects) await until(service, 'nothing is made or runs', isQuiet);
    for (let n = 0; n < wanted * 5; n += 1)
      for (const { service, samples } of subjects) await sample(service, 'second', samples);
    for (const path of promisedPaths.filter((one) => unprovisionedPaths.includes(one)))
      for (const quantile of ['p50', 'p99'] as const) {
        const values = subjects.map(({ service, samples }): [string, number] => [
          service.build.name,
          summarise(samples.get(path) ?? [])[quantile],
        ]);
        yield { what: `${path}: ${quantile}`, unit: 'ms', values: Object.fromEntries(values) };
      }
  },
};

function tally(samples: Samples): string {
  return [...samples].map(([path, sampled]) => `${path} ${sampled.length}`).join(', ');
}
