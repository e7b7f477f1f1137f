import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { whyNoFaults } from '../harness.ts';
import { scenarios } from './scenarios.ts';
import { verdictTables } from './table.ts';
import { startTrialCluster, type TrialCluster } from './trial.ts';

/** Starting three of everything, one fault, and what is left to do after it, on a machine that is busy. */
const testMsMax = 600_000;

/** A test for each fault, once, under traffic; all on one cluster, but for those that want one of their own. Again and again for minutes: `test/cluster/long-run.ts`. */
export function testFaults(names: readonly string[], brokenMs: number): void {
  describe('a cluster of three keeps what it acknowledged', { concurrency: 1 }, () => {
    let shared: Promise<TrialCluster> | undefined;
    after(async () => await (await shared)?.[Symbol.asyncDispose]());
    for (const name of names) {
      const scenario = scenarios[name];
      assert.ok(scenario !== undefined, `There is no fault named '${name}'.`);
      const skip =
        (scenario.cutsLinks === true && whyNoFaults) ||
        (scenario.mounts === true && process.getuid?.() !== 0 && 'only root may mount');
      test(`${scenario.what} (${name})`, { skip, timeout: testMsMax }, async (context) => {
        await using own = scenario.cluster && (await startTrialCluster(scenario.cluster));
        const cluster = own ?? (await (shared ??= startTrialCluster()));
        const progress = (line: string): void => context.diagnostic(line);
        const lengths = { quietMs: 1_000, brokenMs, times: 1, settleMsMax: 240_000 };
        const { verdict, faults } = await cluster.try(scenario, { ...lengths, progress });
        context.diagnostic(`\n${verdictTables(verdict)}`);
        assert.deepEqual(faults, []);
        assert.ok(verdict.events.async.acknowledged > 0 && verdict.events.queue.acknowledged > 0);
        assert.ok(verdict.calls.after.answered > 0);
      });
    }
  });
}
