import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CarriedConnection } from '../../model/network.ts';
import { systemClock } from '../../model/clock.ts';
import { newId } from '../../model/id.ts';
import { connecting, TestedNetwork } from '../conformance/standing-still.ts';
import { guarded } from '../guard.ts';
import { boot } from '../guest/boot.ts';
import { call, testConfiguration } from '../guest-fixture.ts';
import { processesMarked, treeOf } from '../processes/processes.ts';
import { testCache } from '../testing/places.ts';
import { createGvisorDriver } from './driver.ts';

test(
  'what ended while an instance rested, its kernel hears before its code goes on',
  { timeout: 900_000 },
  async (t) => {
    const home = await mkdtemp(join(tmpdir(), 'heddle-rest-'));
    t.after(() => rm(home, { recursive: true, force: true }));
    const driver = guarded(createGvisorDriver({ cache: testCache(), home }));
    const signal = AbortSignal.timeout(600_000);
    const verdict = await driver.probe(signal);
    if (!verdict.works) return t.skip(verdict.evidence);
    const configuration = testConfiguration();
    await driver.prepare(configuration, () => undefined, signal);
    const guest = await boot(driver, { instanceId: newId('i'), configuration }, systemClock, signal);
    t.after(() => guest.destroy());
    const [container] = guest.firstContainers;
    assert.ok(container !== undefined);
    const network = new TestedNetwork();
    let outer: CarriedConnection | undefined;
    network.onConnect = (connection) => void (outer = connection).write('hello');
    await connecting(container, network);
    for (let round = 0; round < 5; round++) {
      assert.equal(await call(container, { deed: 'hold' }), 'hello');
      guest.rest();
      await stopped(guest.id);
      outer?.destroy();
      const found = String(await call(container, { deed: 'look' }));
      assert.ok(['destroyed', 'ECONNRESET', 'EPIPE'].includes(found), found);
    }
  },
);

/** Resolves when the sandbox stands still. */
async function stopped(instanceId: string): Promise<void> {
  const marked = await processesMarked({ HEDDLE_INSTANCE: instanceId });
  for (;;) {
    const tree = await treeOf(Math.min(...marked.map(({ pid }) => pid)));
    const states = await Promise.all(tree.map((pid) => readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '')));
    if (states.some((line) => line.slice(line.lastIndexOf(')')).startsWith(') T'))) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
