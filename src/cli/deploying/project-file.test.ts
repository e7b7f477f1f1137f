import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readProjectFile } from './project-file.ts';

function withFile(text: string, look: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-project-'));
  try {
    writeFileSync(join(folder, 'heddle.json'), text);
    writeFileSync(join(folder, 'index.ts'), '');
    look(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('a folder says what its function needs; a file in it, and a folder without a file, say nothing', () => {
  const settings = {
    memory: 512,
    env: { STAGE: 'dev', KEY: null },
    egress: 'db.lan:5432',
    layer: ['tools:2'],
    url: 'none',
  };
  withFile(JSON.stringify(settings), (folder) => {
    assert.deepEqual(readProjectFile(folder), settings);
    assert.deepEqual(readProjectFile(join(folder, 'index.ts')), {});
    rmSync(join(folder, 'heddle.json'));
    assert.deepEqual(readProjectFile(folder), {});
    assert.deepEqual(readProjectFile(join(folder, 'missing')), {});
  });
});

for (const [text, message] of [
  ['{"memory": 512', /heddle\.json is not JSON/],
  ['[]', /must be a JSON object/],
  ['{"memory": "512"}', /"memory" in .*heddle\.json must be a number of MB; it is "512"/],
  ['{"env": {"A": 1}}', /"env" in .* must be an object of texts/],
  ['{"layer": "tools"}', /"layer" in .* must be a list of texts/],
  ['{"constructor": 1}', /has "constructor", which is no setting/],
  [`{"name": "${'x'.repeat(70_000)}"}`, /at most 65536 bytes/],
] as const)
  test(`refuses ${text.slice(0, 40)}`, () => {
    withFile(text, (folder) => assert.throws(() => readProjectFile(folder), message));
  });

test('suggests the setting that was meant', () => {
  withFile('{"memry": 512}', (folder) =>
    assert.throws(() => readProjectFile(folder), { message: /"memry"/, hint: 'Did you mean "memory"?' }),
  );
});
