import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordOf } from '../store/testing/record-of.ts';
import { bind } from './bind.ts';

test('a policy says which secrets are put into requests', () => {
  const use = (secret: string) => ({ secret, host: 'api.example.org', port: 443, scheme: 'https' as const });
  const fn = { ...recordOf('f').latest, secrets: [use('STRIPE'), use('STRIPE_TEST'), use('OTHER')] };
  const names = (secrets: readonly string[] | undefined): readonly string[] | undefined =>
    bind(fn, secrets === undefined ? {} : { secrets }).secrets?.map(({ secret }) => secret);
  assert.deepEqual(names(undefined), ['STRIPE', 'STRIPE_TEST', 'OTHER']);
  assert.deepEqual(names(['STRIPE*']), ['STRIPE', 'STRIPE_TEST']);
  assert.deepEqual(names(['OTHER', 'NONE']), ['OTHER']);
  assert.equal(names([]), undefined);
  assert.deepEqual(bind(fn, { secrets: ['OTHER'] }, { secrets: ['STRIPE'] }).secrets, undefined);
});
