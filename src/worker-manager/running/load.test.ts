import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../model/clock.ts';
import type { ContainerNetwork } from '../../model/network.ts';
import { recordOf } from '../../store/testing/record-of.ts';
import { load } from './load.ts';

test('a container that was dead before it got its code leaves no key behind', async () => {
  let ended = 0;
  const network: ContainerNetwork = {
    ...{ admits: 'public', environment: {}, credentials: {}, ports: [] },
    limited: () => undefined,
    end: () => void (ended += 1),
    refused: () => undefined,
    connect: () => undefined,
    resolve: () => undefined,
  };
  const parts = {
    clock: systemClock,
    region: 'eu-west-1',
    codeSource: () => Promise.reject(new Error('not asked')),
    networkFor: () => network,
  };
  const dead = { load: () => Promise.reject(new Error('It is dead.')) };
  await assert.rejects(load(dead, recordOf('f').latest, parts), /It is dead/);
  assert.equal(ended, 1);
});
