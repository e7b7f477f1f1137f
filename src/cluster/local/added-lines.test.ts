import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { AddedLines } from './added-lines.ts';

test('lines that a full disk does not take are counted, and said to be missing when it takes lines again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-lines-'));
  try {
    const [file, full] = [join(folder, 'log'), '/dev/full'];
    await symlink(full, file);
    const lines = new AddedLines(file);
    for (const line of ['a', 'b']) lines.add(line);
    await unlink(file);
    await writeFile(file, '');
    for (const line of ['c', 'd']) lines.add(line);
    assert.equal(await readFile(file, 'utf8'), '(2 lines are missing here: they could not be written.)\nc\nd\n');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
