import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LimitsWorld, type LimitsHost } from '../../../test/simulation/limits-world.ts';
import { seededRandom } from '../../../test/simulation/random.ts';
import { VirtualClock } from '../../../test/simulation/virtual-clock.ts';

/** Milliseconds: how long a message takes at most, mostly less, and how much later than its caller knows a call is counted as ended. */
const machines = [
  { what: 'are quick', slowestMs: 0.6, lateMs: 0 },
  { what: 'are busy', slowestMs: 80, lateMs: 0 },
  { what: 'count calls a while after they ended', slowestMs: 0.6, lateMs: 20 },
  { what: 'are busy and late', slowestMs: 60, lateMs: 20 },
];

for (const { what, slowestMs, lateMs } of machines)
  test(`what is reserved is had at any of three hosts that ${what}, however many ask for what others share`, async () => {
    const random = seededRandom(3);
    const world = new LimitsWorld(new VirtualClock(), 3, { calls: 8, reserved: new Map([['kept', 3]]) });
    const { clock } = world;
    world.hostsSaid = 3;
    world.delay = () => 0.5 + random() ** 3 * (slowestMs - 0.5);
    let over = false;
    const caller = async (host: LimitsHost): Promise<void> => {
      while (!over) {
        const came = await host.call();
        await clock.sleep(came ? 100 : 20);
        if (came) host.end();
      }
    };
    for (const host of world.hosts) for (let n = 0; n < 4; n += 1) void caller(host);
    for (let round = 0; round < 60; round += 1) {
      const host = world.hosts[Math.floor(random() * 3)] ?? assert.fail();
      const came = await clock.until(Promise.all([1, 2, 3].map(() => host.call(0, 'f:kept'))));
      assert.deepEqual(came, [true, true, true], `round ${round}`);
      await clock.advance(50);
      clock.timer(random() * lateMs, () => {
        for (let n = 0; n < 3; n += 1) host.end(0, 'f:kept');
      });
      await clock.advance(random() * 7);
    }
    over = true;
  });
