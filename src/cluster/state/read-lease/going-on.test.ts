import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClusterUnavailableError } from '../../contract.ts';
import { GoingOn } from './going-on.ts';

test('a host that is cut off answers from what it knows, says so once, and waits again when it was back', async () => {
  let knows = false;
  let asked = 0;
  const told: string[] = [];
  const lease = {
    get valid() {
      return knows;
    },
    settled: async () => {
      asked += 1;
      if (!knows) throw new ClusterUnavailableError('cut off');
    },
  };
  const going = new GoingOn({ lease, cutOff: (why) => told.push(why), back: () => told.push('back') });
  assert.equal(going.valid, false, 'whoever asks first waits until it is known');
  await Promise.all([going.settled(), going.settled()]);
  assert.deepEqual([going.valid, asked, told], [true, 2, ['cut off']]);
  knows = true;
  assert.equal(going.valid, true);
  knows = false;
  assert.deepEqual([going.valid, told], [false, ['cut off', 'back']]);
  await going.settled();
  assert.deepEqual([going.valid, told], [true, ['cut off', 'back', 'cut off']]);
});

test('other errors are not taken for a host that is cut off', async () => {
  const lease = { valid: false, settled: () => Promise.reject(new TypeError('wrong')) };
  const going = new GoingOn({ lease, cutOff: assert.fail, back: assert.fail });
  await assert.rejects(going.settled(), TypeError);
  assert.equal(going.valid, false);
});
