import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SqsError } from '../../../api/sqs/errors.ts';
import { queryInput } from './query-input.ts';

const part = fc.constantFrom(
  'Attribute',
  'Name',
  'Value',
  '1',
  '2',
  '-1',
  '',
  '__proto__',
  'constructor',
  'toString',
  'Tag',
  'Key',
  'SendMessageBatchRequestEntry',
  'MessageAttribute',
  'DataType',
  'x',
);
const parameter = fc.tuple(fc.array(part, { minLength: 1, maxLength: 10 }), fc.string());

test('whatever a form says is an object without surprises, or is refused', () => {
  fc.assert(
    fc.property(fc.array(parameter, { maxLength: 30 }), (parameters) => {
      const form = new URLSearchParams(parameters.map(([names, value]): [string, string] => [names.join('.'), value]));
      try {
        const input = queryInput('SendMessageBatch', form, '/');
        assert.equal(Object.getPrototypeOf(input), Object.prototype);
        JSON.stringify(input);
      } catch (error) {
        assert(error instanceof SqsError, String(error));
      }
      assert.equal(Object.keys(Object.prototype).length, 0);
    }),
    { numRuns: 2_000 },
  );
});
