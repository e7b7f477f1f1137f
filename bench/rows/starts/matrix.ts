import type { Row } from '../../row.ts';
import { deploy } from '../../service/functions.ts';
import { invoke, type Invoked } from '../../service/invoke.ts';
import { startService } from '../../service/service.ts';
import { summarise } from '../../statistics.ts';

const runtimes = ['nodejs24.x', 'nodejs22.x'] as const;
const sizesMb = [128, 256, 512, 1_024, 2_048, 4_096, 10_240] as const;
/** What most people set, and what is furthest from the default. */
const few = ['nodejs24.x 128', 'nodejs24.x 1024', 'nodejs24.x 10240', 'nodejs22.x 1024'];
/** From `Active` to the first invocation. */
const restMs = 3_000;

const all = runtimes.flatMap((runtime) => sizesMb.map((memoryMb) => ({ runtime, memoryMb })));

/**
 * The first invocation of a function of each configuration, deployed all at once, three seconds after the last became
 * active, with default settings. All builds have theirs at the same time, and are invoked in turns; each round is a fresh service.
 */
export const matrixRow: Row = {
  name: 'matrix',
  about: 'the first invocation of every configuration, 3 s after Active',
  run: async function* ({ builds, driver, full, note }) {
    const cells = full ? all : all.filter(({ runtime, memoryMb }) => few.includes(`${runtime} ${memoryMb}`));
    const samples = new Map<string, number[]>();
    const paths = new Map<string, Set<string>>();
    for (let round = 0; round < (full ? 20 : 1); round += 1) {
      await using stack = new AsyncDisposableStack();
      const services = [];
      for (const build of builds) services.push(stack.use(await startService({ build, driver })));
      const functions = cells.map((cell) => ({
        ...cell,
        name: `f-${cell.runtime.replaceAll('.', '-')}-${cell.memoryMb}`,
      }));
      for (const service of services)
        await Promise.all(functions.map(({ name, ...configuration }) => deploy(service, name, configuration)));
      await new Promise((resolve) => setTimeout(resolve, restMs));
      for (const { name, runtime, memoryMb } of functions)
        for (const service of services) {
          const key = `${service.build.name} ${runtime} ${memoryMb}`;
          const seen: Invoked = await invoke(service, name);
          samples.set(key, [...(samples.get(key) ?? []), seen.status === 200 ? seen.startMs : Number.NaN]);
          paths.set(key, (paths.get(key) ?? new Set()).add(seen.startPath));
        }
    }
    const everything = new Map(builds.map(({ name }): [string, number[]] => [name, []]));
    for (const { runtime, memoryMb } of cells) {
      const values: Record<string, number> = {};
      for (const { name } of builds) {
        const key = `${name} ${runtime} ${memoryMb}`;
        const sampled = samples.get(key) ?? [];
        values[name] = summarise(sampled).p50;
        everything.get(name)?.push(...sampled);
        note(`${key} MB: ${[...(paths.get(key) ?? [])].join(', ')}`);
      }
      yield { what: `${runtime}, ${memoryMb} MB: p50`, unit: 'ms', values };
    }
    const of = (quantile: 'p50' | 'p99'): Record<string, number> =>
      Object.fromEntries([...everything].map(([who, sampled]) => [who, summarise(sampled)[quantile]]));
    yield { what: 'all configurations: p50', unit: 'ms', values: of('p50') };
    yield { what: 'all configurations: p99', unit: 'ms', values: of('p99') };
  },
};
