import assert from 'node:assert/strict';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { rehearse } from './rehearse.ts';

test('a /tmp that is replaced meanwhile, as by one of another size, ends the rehearsal and not its process', async () => {
  const before = process.env['TMPDIR'];
  const folder = fs.mkdtempSync(join(tmpdir(), 'heddle-rehearse-'));
  process.env['TMPDIR'] = folder;
  try {
    const rehearsed = rehearse();
    const [rehearsal] = fs.readdirSync(folder);
    assert.ok(rehearsal !== undefined, 'It has begun in this folder.');
    fs.rmSync(join(folder, rehearsal), { recursive: true });
    await rehearsed;
    assert.deepEqual(fs.readdirSync(folder), []);
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    fs.rmSync(folder, { recursive: true });
  }
});
