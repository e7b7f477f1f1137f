import assert from 'node:assert/strict';
import { test } from 'node:test';
import { driversUnderTest, slowOnly } from '../e2e/drivers.ts';
import { faultsOf } from './proof/check.ts';
import { kinds } from './proof/history.ts';
import { prove } from './proof/proof.ts';

// The short form. The long one, with 10,000 events and 50 deaths: `./heddle --node test/events/proof.ts --full`.

const deaths = slowOnly === false ? 3 : 2;
const driver = (await driversUnderTest()).find(({ name }) => name === 'host');

test(
  'every event that a service acknowledged before kill -9 is executed or dead-lettered, and what runs twice is explained',
  { skip: driver?.skip ?? 'no driver' },
  async (t) => {
    const { verdict, refusals } = await prove({
      driver: 'host',
      deaths,
      events: 100 * deaths,
      callers: 2,
      progress: (line) => t.diagnostic(line),
    });
    assert.deepEqual(faultsOf(verdict), []);
    assert.deepEqual(refusals, []);
    for (const kind of kinds) {
      const { acknowledged, executed, deadLettered } = verdict.kinds[kind];
      assert.ok(executed > 0, kind);
      assert.ok(executed + deadLettered >= acknowledged, kind);
    }
    assert.equal(verdict.deaths, deaths);
  },
);
