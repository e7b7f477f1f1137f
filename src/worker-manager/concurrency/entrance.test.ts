import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionOf } from '../../../test/simulation/service.ts';
import { asksMax, Entrance, type EntranceOptions } from './entrance.ts';
import { Quota } from './quota.ts';

/** Where calls come in at a host that has no token of its own; others give one when they are asked so often. */
function entranceWith(givenAfter: number): { readonly entrance: Entrance; readonly asked: () => number } {
  let asked = 0;
  const share = {
    takes: () => asked >= givenAfter,
    more: async () => void (asked += 1),
    ended: () => undefined,
  };
  const quota = new Quota({ concurrencyMaxOf: () => 10, shared: { of: () => share } });
  const unused = (): never => assert.fail('Nothing comes in.');
  const options: Pick<EntranceOptions, 'quota' | 'entered'> = { quota, entered: unused };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a refusal asks of it
  return { entrance: new Entrance(options as EntranceOptions), asked: () => asked };
}

test('what a call would be refused with is only said when other hosts have nothing left, either', async () => {
  const some = entranceWith(2);
  assert.equal(await some.entrance.refusal(functionOf('f')), undefined);
  assert.equal(some.asked(), 2);
  const none = entranceWith(Infinity);
  assert.match(String(await none.entrance.refusal(functionOf('f'))), /Rate Exceeded/);
  assert.equal(none.asked(), asksMax);
});
