import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isNatsServerUsable } from './nats-server.ts';

test('servers from 2.10 on can be used', () => {
  for (const version of ['2.10.0', '2.10.27', '2.15.1-beta.2', '3.0.0'])
    assert.equal(isNatsServerUsable(version), true);
  for (const version of ['2.9.10', '2.9.99', '1.99.0', '0.0.0']) assert.equal(isNatsServerUsable(version), false);
});
