import { join } from 'node:path';
import { runPinned } from '../process.ts';
import { startService } from '../service.ts';
import type { ThreadRow } from './client.ts';

/** What threads cost with one driver, beside what a program would use instead, on all cores. */
export async function benchThreads(driver: string, quick: boolean): Promise<readonly ThreadRow[]> {
  await using service = await startService('0,1', driver, { warm: ['nodejs24.x-256=2'], queueWait: '60s' });
  const plan = quick
    ? { warmUpCalls: 500, warmUpRounds: 1, calls: 200, bursts: [32], tasks: 16, tiny: 2_000, seconds: 1 }
    : { warmUpCalls: 6_000, warmUpRounds: 2, calls: 1_000, bursts: [32, 256], tasks: 64, tiny: 10_000, seconds: 3 };
  const client = join(import.meta.dirname, 'client.ts');
  const env = { HEDDLE_HOME: service.home };
  const rows: readonly ThreadRow[] = JSON.parse(await runPinned('0,1', [client, JSON.stringify(plan)], env));
  return rows;
}
