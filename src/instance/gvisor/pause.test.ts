import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { systemClock } from '../../model/clock.ts';
import { CannotMoveError } from '../../model/errors.ts';
import { newId } from '../../model/id.ts';
import { boot } from '../guest/boot.ts';
import { invoke, load, testConfiguration } from '../guest-fixture.ts';
import { guarded } from '../guard.ts';
import { processesMarked } from '../processes/processes.ts';
import { testPlaces } from '../testing/places.ts';
import { createGvisorDriver } from './driver.ts';

const places = await testPlaces();
after(() => places[Symbol.asyncDispose]());
const driver = guarded(createGvisorDriver(places));
const verdict = await driver.probe(AbortSignal.timeout(600_000));
const configuration = testConfiguration({ blanks: { 'nodejs24.x': 1 } });

describe('pausing a sandbox', { skip: verdict.works ? false : verdict.evidence, timeout: 900_000 }, () => {
  const signal = AbortSignal.timeout(300_000);
  before(() => driver.prepare(configuration, () => undefined, signal));

  test('it stands still in memory and goes on in the middle of its work; it cannot be forked', async () => {
    const guest = await boot(driver, { instanceId: newId('i'), configuration }, systemClock, signal);
    try {
      const [container] = guest.firstContainers;
      const { moves } = guest;
      assert.ok(container !== undefined && moves !== undefined);
      assert.equal(moves.pausesTo, 'memory');
      await load(
        container,
        `export const handler = () => new Promise((resolve) => setTimeout(resolve, 1_000, 'done'));`,
      );
      const started = Promise.withResolvers<void>();
      const told: string[] = [];
      moves.watchMoves({
        before: (move) => void told.push(`before ${move}`),
        after: (move) => told.push(`after ${move}`),
      });
      const working = invoke(container, {}, { onStarted: started.resolve });
      await started.promise;
      assert.equal(await moves.pause(places.home, signal), 0);
      assert.equal(moves.paused, true);
      await assert.rejects(guest.makeContainer('nodejs24.x', signal), CannotMoveError);
      assert.deepEqual(told, ['before pause']);
      await moves.resume(signal);
      const { answer } = await working;
      assert.ok(answer.ok);
      assert.equal(Buffer.from(answer.payload).toString(), '"done"');
      assert.deepEqual(told, ['before pause', 'after pause']);
      await assert.rejects(moves.fork(container, 1, places.home, signal), /cannot copy what runs/);
    } finally {
      await guest.destroy();
    }
    assert.deepEqual(await processesMarked({ HEDDLE_HOME: places.home }), []);
  });
});
