import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { slowOnly } from '../e2e/drivers.ts';
import { whyNoFaults } from './harness.ts';
import { scenarios } from './scenarios.ts';
import { verdictTables } from './table.ts';
import { tryFault } from './try-fault.ts';

// Each fault once, under traffic; again and again for minutes: `./heddle --node test/cluster/long-run.ts FAULT --minutes N`.

/** Those that take less than a minute. */
const short: readonly string[] = ['kill-host', 'partition', 'kill-nats', 'kill-leader', 'pause'];
/** So many of them each time. */
const everyTime = 2;
const lengths = { quietMs: 2_000, brokenMs: 8_000, settleMsMax: 240_000 };

describe('a cluster of three keeps what it acknowledged', { concurrency: 1 }, () => {
  for (const [at, name] of short.entries()) {
    const scenario = scenarios[name];
    assert.ok(scenario !== undefined);
    const cannot = scenario.cutsLinks === true && whyNoFaults;
    const skip = at < everyTime ? cannot : slowOnly || cannot;
    test(`${scenario.what} (${name})`, { skip, timeout: 600_000 }, async (context) => {
      const progress = (line: string): void => context.diagnostic(line);
      const { verdict, faults } = await tryFault(scenario, { ...lengths, faults: 1, progress });
      context.diagnostic(`\n${verdictTables(verdict)}`);
      assert.deepEqual(faults, []);
      assert.ok(verdict.events.async.acknowledged > 0 && verdict.events.queue.acknowledged > 0);
      assert.ok(verdict.calls.after.answered > 0);
    });
  }
});
