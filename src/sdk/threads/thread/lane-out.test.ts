import assert from 'node:assert/strict';
import { test } from 'node:test';
import { laneKinds } from '../../../protocol/threads/lane.ts';
import { LaneOut } from './lane-out.ts';

function crowdedCarrier(): { sent: Uint8Array[]; crowded: boolean; calm(): void } & ConstructorParameters<
  typeof LaneOut
>[0] {
  const calm = Promise.withResolvers<void>();
  const sent: Uint8Array[] = [];
  return {
    sent,
    crowded: true,
    send: (data) => void sent.push(data),
    drained: () => calm.promise,
    calm() {
      this.crowded = false;
      calm.resolve();
    },
  };
}

test('a lane waits while much is on its way, and then sends in order', async () => {
  const carrier = crowdedCarrier();
  const lane = new LaneOut(carrier);
  lane.opened();
  for (const byte of [1, 2, 3]) lane.say(laneKinds.post, Buffer.of(byte));
  assert.deepEqual(carrier.sent, []);
  carrier.calm();
  await new Promise(setImmediate);
  assert.deepEqual(
    carrier.sent.map((data) => data[1]),
    [1, 2, 3],
  );
});

test('a lane whose thread is over while it waits sends nothing any more', async () => {
  const carrier = crowdedCarrier();
  const lane = new LaneOut(carrier);
  lane.opened();
  lane.say(laneKinds.post, Buffer.of(1));
  lane.close();
  carrier.calm();
  await new Promise(setImmediate);
  lane.say(laneKinds.post, Buffer.of(2));
  assert.deepEqual(carrier.sent, []);
});
