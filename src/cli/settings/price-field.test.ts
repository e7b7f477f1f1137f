import assert from 'node:assert/strict';
import { test } from 'node:test';
import { priceOf } from '../../model/accounts/prices.ts';
import { SettingError } from './parse.ts';
import { parsePrices } from './price-field.ts';

test('prices are a currency, and what a GB-second and a request cost', () => {
  const prices = parsePrices('eur=0.0000167,2e-7') ?? assert.fail('There are prices.');
  assert.deepEqual(prices, { currency: 'EUR', gbSecond: 0.0000167, request: 2e-7 });
  assert.equal(priceOf(prices, 2, 10).toFixed(7), '0.0000354');
  assert.equal(parsePrices('none'), undefined);
  for (const wrong of ['', 'EUR', 'EUR=1', 'EURO=1,2', 'EUR=-1,2', 'EUR=1,2,3', 'EUR=1e99,2', '=1,2'])
    assert.throws(() => parsePrices(wrong), SettingError, wrong);
});
