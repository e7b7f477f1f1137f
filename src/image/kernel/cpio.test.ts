import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { cpio } from './cpio.ts';

test('an archive unpacks to what was packed, by a program that is not ours', (context) => {
  if (spawnSync('busybox', ['true']).error !== undefined) return context.skip('busybox is not installed');
  const dir = mkdtempSync(join(tmpdir(), 'heddle-cpio-'));
  context.after(() => rmSync(dir, { recursive: true }));
  const archive = cpio([
    { path: 'a', mode: 0o755 },
    { path: 'a/odd', mode: 0o640, data: Buffer.from('xyz') },
    { path: 'a/empty', mode: 0o755, data: new Uint8Array() },
  ]);
  assert.equal(archive.byteLength % 4, 0);
  const unpacked = spawnSync('busybox', ['cpio', '-idm'], { cwd: dir, input: archive });
  assert.equal(unpacked.status, 0, String(unpacked.stderr));
  assert.equal(readFileSync(join(dir, 'a/odd'), 'utf8'), 'xyz');
  assert.equal(statSync(join(dir, 'a/odd')).mode & 0o777, 0o640);
  assert.equal(statSync(join(dir, 'a/empty')).size, 0);
});
