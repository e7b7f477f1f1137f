import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { errorText, logLineText, printedError } from './error-text.ts';

const trace = [
  'ZodError: bad',
  '    at parse (file:///var/task/node_modules/zod/index.js:3:9)',
  '    at check (/var/task/src/check.ts:7:3)',
  '    at process.processTicksAndRejections (node:internal/process/task_queues:103:5)',
  '    at async handler (file:///var/task/src/app.ts:2:1)',
];
const text = [
  'ZodError: bad',
  '    at check (src/check.ts:7:3)',
  '    at async handler (src/app.ts:2:1)',
  '    at parse (node_modules/zod/index.js:3:9)',
  '    at process.processTicksAndRejections (node:internal/process/task_queues:103:5)',
];

test("an error has the user's own frames first, and packages' frames behind them", () => {
  const error = printedError(JSON.stringify({ errorType: 'ZodError', errorMessage: 'bad', trace }));
  assert.ok(error);
  assert.deepEqual(stripVTControlCharacters(errorText(error)).split('\n'), text);
});

test('what is no error is none', () => {
  for (const json of ['7', '{"a":1}', 'no JSON', 'null']) assert.equal(printedError(json), undefined);
});

test('an error in a log line is text, and all else stays as it is', () => {
  const json = JSON.stringify({ errorType: 'ZodError', errorMessage: 'bad', stack: trace });
  const line = `2030-01-01T00:00:00.000Z\tid\tERROR\tInvoke Error \t${json}`;
  assert.deepEqual(stripVTControlCharacters(logLineText(line)).split('\n'), [
    '2030-01-01T00:00:00.000Z\tid\tERROR\tInvoke Error',
    ...text,
  ]);
  for (const other of ['plain', 't\tid\tERROR\t{"a":1}', 't\tid\tERROR\tInvoke Error \t{"errorType":'])
    assert.equal(logLineText(other), other);
});
