import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { here } from '../builds/build.ts';
import type { BenchResult } from '../result.ts';
import { marks, replaceBetweenMarks } from './marks.ts';
import { speedSection } from './section.ts';

const result: BenchResult = {
  node: 'v24.1.0',
  cores: 2,
  nodeStartMs: 25,
  goals: [],
  rows: [
    {
      row: 'starts',
      driver: 'host',
      notes: [],
      lines: [{ what: 'new-container: p50', unit: 'ms', values: { heddle: 2.5, e520e96: 3 } }],
    },
  ],
};

test('tables hold what was measured, and nothing else', () => {
  const section = speedSection(result);
  assert.match(section, /2 processors, where bare Node v24\.1\.0 takes 25\.0 ms/);
  assert.match(section, /^\| {2}\| `host` \|$/m);
  assert.match(section, /^\| new-container \| 2\.50 \|$/m);
  assert.doesNotMatch(section, /gvisor|Threads|cold-instance/);
});

test('the text between the marks is replaced, and replacing again changes nothing', () => {
  const text = `a\n${marks.begin}\nold\n${marks.end}\nb`;
  const once = replaceBetweenMarks(text, 'new');
  assert.equal(once, `a\n${marks.begin}\n\nnew\n\n${marks.end}\nb`);
  assert.equal(replaceBetweenMarks(once, 'new'), once);
  assert.throws(() => replaceBetweenMarks('no marks', 'new'), /must hold/);
});

test('README.md has the marks', () => {
  const readme = readFileSync(join(here.root, 'README.md'), 'utf8');
  assert.match(replaceBetweenMarks(readme, 'new'), /## Speed\n\n<!-- speed: begin -->\n\nnew\n\n<!-- speed: end -->/);
});
