import assert from 'node:assert/strict';
import { test } from 'node:test';
import { releaseOf } from './version.ts';

test('releases of runsc are read from its own words and from package versions', () => {
  assert.equal(releaseOf('runsc version release-20250106.0'), 20_250_106);
  assert.equal(releaseOf('runsc version 0.0~20240729.0'), 20_240_729);
  assert.equal(releaseOf('0.0~20221219.0-1+b5'), 20_221_219);
  assert.equal(releaseOf('runsc version VERSION_MISSING'), undefined);
});
