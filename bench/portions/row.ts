import { join } from 'node:path';
import type { Line } from '../result.ts';
import type { Row } from '../row.ts';
import { runPinned } from '../service/process.ts';
import { startService } from '../service/service.ts';
import type { PortionPlan } from './client.ts';

const client = join(import.meta.dirname, 'client.ts');

/** A call of a portion, beside a warm thread that does the same, in turns. */
export const portionsRow: Row = {
  name: 'portions',
  about: 'one call of an untrusted portion, beside the same call of a warm thread',
  run: async function* ({ builds: [build], driver, full }) {
    if (build === undefined) return;
    await using service = await startService({ build, driver });
    const plan: PortionPlan = full ? { warmUpCalls: 4_000, calls: 4_000 } : { warmUpCalls: 1_500, calls: 1_000 };
    const printed = await runPinned(undefined, [client, JSON.stringify(plan)], { HEDDLE_HOME: service.home });
    const lines: Line[] = JSON.parse(printed);
    yield* lines;
  },
};
