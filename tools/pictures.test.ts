import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { XMLValidator } from 'fast-xml-parser';
import { root } from './tidy/source.ts';

const picture = join(root, 'docs/pictures/architecture.svg');

/** Rooms that a box names without their folder, by that. */
const within = ['src/frontend', 'src/worker-manager', 'src/warming-pool', 'src/cluster'];

test('every box of the architecture is a folder, and the drawing is well-formed and asks nobody for anything', async () => {
  const text = await readFile(picture, 'utf8');
  assert.equal(XMLValidator.validate(text), true);
  assert.doesNotMatch(text, /<script|href|@import|url\((?!#)/);
  assert.match(text, /prefers-color-scheme: dark/);
  const words = Array.from(text.matchAll(/>([^<>]+)</g), ([, word = '']) => word).join(' ');
  const folders = words.match(/\b(?:src|deploy)\/[\w/-]+/g) ?? [];
  assert.ok(folders.length > 15);
  for (const folder of folders) assert.ok(existsSync(join(root, folder)), `there is no ${folder}`);
  const rooms = words.match(/(?<![\w/-])[a-z][\w-]*\/(?![\w])/g) ?? [];
  assert.ok(rooms.length > 18);
  for (const room of rooms)
    assert.ok(
      within.some((folder) => existsSync(join(root, folder, room))),
      `no folder has a room ${room}`,
    );
});
