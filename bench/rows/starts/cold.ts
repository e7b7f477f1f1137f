import type { Build } from '../../builds/build.ts';
import type { Row } from '../../row.ts';
import { deploy } from '../../service/functions.ts';
import { invoke } from '../../service/invoke.ts';
import { startService } from '../../service/service.ts';
import { retire } from '../../service/settle.ts';
import { summarise, type Summary } from '../../statistics.ts';
import { ofEach, valuesOf } from '../each-build.ts';

/** Starts for which nothing is kept ready: each round waits until the last instance is gone. */
async function coldStarts(build: Build, driver: string, count: number): Promise<Summary> {
  const config = { warm: 'none', instanceIdle: '20ms', containerIdle: '1h' };
  await using service = await startService({ build, driver, config });
  await deploy(service, 'cold');
  const starts: number[] = [];
  for (let round = 0; starts.length < count; round += 1) {
    if (round > count * 3) throw new Error(`Only ${starts.length} of ${round} starts were cold, with "warm": "none".`);
    await retire(service, ['cold'], 0);
    const { startPath, startMs } = await invoke(service, 'cold');
    if (startPath === 'cold-instance') starts.push(startMs);
  }
  return summarise(starts);
}

/** The start of an instance on the spot. */
export const coldRow: Row = {
  name: 'cold',
  about: 'cold-instance: request to user code where nothing is kept ready',
  drivers: ['host', 'gvisor', 'microvm'],
  run: async function* ({ builds, driver, full }) {
    const seen = await ofEach(builds, (build) => coldStarts(build, driver, full ? 30 : 5));
    yield { what: 'cold-instance: p50', unit: 'ms', values: valuesOf(seen, ({ p50 }) => p50) };
    yield { what: 'cold-instance: max', unit: 'ms', values: valuesOf(seen, ({ max }) => max) };
  },
};
