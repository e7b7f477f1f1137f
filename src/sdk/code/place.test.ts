import assert from 'node:assert/strict';
import { test } from 'node:test';
import { framesOf, placeOf } from './place.ts';
import { TestFolder } from './testing.ts';

test('files of a stack are found in all the ways that V8 writes them', () => {
  const stack = `Error: at /not/this.ts:1:1
    at work (/a b/(copy)/one.ts:1:2)
    at async file:///two%20words.ts?query#hash:3:4
    at new Thing (file:///three.mjs:5:6)
    at Object.<anonymous> (/four.cjs:7:8)
    at async Promise.all (index 0)
    at eval (eval at made (/five.js:9:1), <anonymous>:1:1)
    at node:internal/process/task_queues:104:5
    at /six.js:11:12`;
  assert.deepEqual(
    framesOf(stack).map(({ file, line, column }) => `${file} ${line} ${column}`),
    ['/a b/(copy)/one.ts 1 2', '/two words.ts 3 4', '/three.mjs 5 6', '/four.cjs 7 8', '/six.js 11 12'],
  );
});

test('a function is found by its text, with types or without, behind the call where it is there more than once', () => {
  using folder = new TestFolder({
    'one.ts': `spawn((a: number): number => a);\r\nspawn((b) => b);\r\nspawn((b) => b);\r\nspawn((b) => b);\r\n`,
  });
  const file = `${folder.path}/one.ts`;
  const find = (text: string, line: number) => placeOf(text, `\n    at ${file}:${line}:1`);
  assert.deepEqual(find('(a        )         => a', 4), { file, line: 1, column: 7, exact: true });
  assert.deepEqual(find('(b) => b', 3), { file, line: 3, column: 7, exact: true });
  assert.deepEqual(find('(c) => c', 3), { file, line: 3, column: 1, exact: false });
  assert.equal(placeOf('(b) => b', ''), undefined);
});

test('a function that was handed on is found in the file that it came from', () => {
  using folder = new TestFolder({ 'helper.ts': 'spawn(given);', 'main.ts': '\n  run(() => 42);' });
  const stack = `\n    at run (${folder.path}/helper.ts:1:1)\n    at file://${folder.path}/main.ts:2:3`;
  assert.deepEqual(placeOf('() => 42', stack), { file: `${folder.path}/main.ts`, line: 2, column: 7, exact: true });
});
