import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findProgram, missingPackages } from './missing.ts';

test('a program is found in PATH only where it can be run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-path-'));
  const program = join(folder, 'heddle-no-such-program');
  writeFileSync(program, '');
  chmodSync(program, 0o644);
  assert.equal(findProgram('heddle-no-such-program', folder), undefined);
  chmodSync(program, 0o755);
  assert.equal(findProgram('heddle-no-such-program', folder), program);
  rmSync(folder, { recursive: true });
});

test('a feature that is not wanted needs no packages', () => {
  assert.deepEqual(missingPackages([], '/nowhere'), []);
});
