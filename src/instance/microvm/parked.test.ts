import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '../../model/clock.ts';
import { newId } from '../../model/id.ts';
import { boot } from '../guest/boot.ts';
import { call, load, severalRuntimes } from '../guest-fixture.ts';
import { guarded } from '../guard.ts';
import { runFolder } from '../places.ts';
import { processesMarked, sendKill } from '../processes/processes.ts';
import { testPlaces } from '../testing/places.ts';
import { createEmulatedDriver } from './testing.ts';

const places = await testPlaces();
after(() => places[Symbol.asyncDispose]());
const driver = guarded(createEmulatedDriver(places));
const verdict = await driver.probe(AbortSignal.timeout(600_000));
const configuration = severalRuntimes;
const handler = `export const handler = async () => [process.getBuiltinModule('node:os').hostname(), Date.now()];`;
/** How far a copy's clock may be from the host's; the answer's way is in it. */
const clockErrorMsMax = 1_000;

describe('copies that were made for nobody', { skip: verdict.works ? false : verdict.evidence }, () => {
  const signal = AbortSignal.timeout(300_000);
  const park = async (count: number): Promise<void> => {
    assert.ok(driver.park !== undefined);
    await driver.park(configuration, count);
  };
  const start = () => boot(driver, { instanceId: newId('i'), configuration }, systemClock, signal);
  const parked = async (): Promise<number[]> =>
    (await processesMarked({ HEDDLE_HOME: places.home })).map(({ pid }) => pid);
  before(() => driver.prepare(configuration, () => undefined, signal), { timeout: 900_000 });

  test('are taken by starts, become somebody with the right time, and are replaced when that is asked for', async () => {
    await park(2);
    const before = await parked();
    assert.equal(before.length, 2);
    // The longer one waits, the more its clock is behind.
    await wait(1_500);
    const guests = [await start(), await start(), await start()];
    try {
      const now = await parked();
      assert.equal(now.length, 3, 'the third start found none');
      assert.ok(before.every((pid) => now.includes(pid)));
      for (const guest of guests) {
        const [container] = guest.firstContainers;
        assert.ok(container !== undefined);
        await load(container, handler);
        const answer: unknown = await call(container);
        assert.ok(Array.isArray(answer));
        assert.equal(answer[0], guest.id);
        assert.ok(
          Math.abs(Date.now() - Number(answer[1])) < clockErrorMsMax,
          `${Date.now() - Number(answer[1])} ms off`,
        );
      }
      await park(1);
      assert.equal((await parked()).length, 4);
    } finally {
      await Promise.all(guests.map((guest) => guest.destroy()));
    }
    assert.equal((await parked()).length, 1);
    await park(0);
    await assertNothingLeft();
  });

  test('are not missed when they die', async () => {
    await park(1);
    const [victim] = await parked();
    assert.ok(victim !== undefined);
    sendKill(victim);
    await park(0);
    await park(1);
    const [another] = await parked();
    assert.notEqual(another, victim);
    const guest = await start();
    assert.deepEqual(await parked(), [another]);
    await guest.destroy();
    await assertNothingLeft();
  });

  test('are ended by a start that is given up', async () => {
    await park(1);
    const stop = AbortSignal.abort(new Error('not any more'));
    await assert.rejects(driver.start({ instanceId: newId('i'), configuration }, stop), /not any more/);
    await park(0);
    await assertNothingLeft();
  });

  async function assertNothingLeft(): Promise<void> {
    assert.deepEqual(await parked(), []);
    assert.deepEqual(await readdir(join(runFolder(places), 'microvm')), []);
  }
});
