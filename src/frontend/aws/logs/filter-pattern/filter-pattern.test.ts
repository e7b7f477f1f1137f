import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ApiError } from '../../../../api/errors.ts';
import { filterPattern } from './filter-pattern.ts';

const lines = [
  'INFO all is well\n',
  'ERROR disk is full\n',
  'WARN disk is slow "quoted" text\n',
  '{"level":"ERROR","ms":120,"user":{"id":"u-1"},"tags":["a","b"],"ok":false,"gone":null}\n',
  '{"level":"INFO","ms":7,"a-b":1}\n',
];

/** Numbers of the lines that a pattern wants. */
function wanted(pattern: string): readonly number[] {
  const matches = filterPattern(pattern);
  return lines.flatMap((line, at) => (matches(line) ? [at] : []));
}

for (const [pattern, at] of [
  ['', [0, 1, 2, 3, 4]],
  ['""', [0, 1, 2, 3, 4]],
  ['disk', [1, 2]],
  ['disk is', [1, 2]],
  ['"disk is full"', [1]],
  ['"full disk"', []],
  ['error', []],
  ['disk -full', [2]],
  ['-disk', [0, 3, 4]],
  ['-"disk is slow"', [0, 1, 3, 4]],
  ['?full ?slow', [1, 2]],
  ['?full ?"is slow"', [1, 2]],
  ['?full WARN', [2]],
  [String.raw`"\"quoted\""`, [2]],
  ['{ $.level = "ERROR" }', [3]],
  ['{$.level=ERROR}', [3]],
  ['{ $.level != "ERROR" }', [4]],
  ['{ $.level = "E*R" }', [3]],
  ['{ $.level = * }', [3, 4]],
  ['{ $.ms > 100 }', [3]],
  ['{ $.ms <= 7 }', [4]],
  ['{ $.ms = 120 }', [3]],
  ['{ $.ms = "120" }', []],
  ['{ $.level = "ERROR" && $.ms < 100 }', []],
  ['{ ($.level = "INFO" || $.ms > 100) && $.ms > 0 }', [3, 4]],
  ['{ $.level = "INFO" || $.level = "ERROR" && $.ms = 0 }', [4]],
  ['{ $.user.id = "u-*" }', [3]],
  ['{ $.tags[0] = "a" }', [3]],
  ['{ $.tags[*] = "b" }', [3]],
  ['{ $["a-b"] = 1 }', [4]],
  ['{ $.a-b = 1 }', [4]],
  ['{ $.ok IS FALSE }', [3]],
  ['{ $.gone IS NULL }', [3]],
  ['{ $.user NOT EXISTS }', [4]],
  ['{ $.user EXISTS }', [3]],
  ['{ $.__proto__ EXISTS }', []],
] as const)
  test(`the pattern ${pattern} wants the lines ${at.join(', ')}`, () => assert.deepEqual(wanted(pattern), at));

for (const [pattern, why] of [
  ['"open', /quotation mark is not closed/],
  ['[a, b]', /between spaces.*not in Heddle/],
  ['%reg%', /regular expressions/],
  ['{ $.a = %x% }', /regular expressions/],
  ['{ $.a = 1', /does not end with \}/],
  ['{ }', /ends where a selector/],
  ['{ $.a }', /ends where a comparison/],
  ['{ $.a = }', /ends where a value after =/],
  ['{ a = 1 }', /a is no selector/],
  ['{ $.a > x }', /compares numbers, and x is none/],
  ['{ ($.a = 1 }', /bracket is not closed/],
  ['{ $.a = 1 $.b }', /one too many/],
  ['{ $.a IS MAYBE }', /IS MAYBE is no condition/],
  [`{ ${'('.repeat(40)}$.a = 1 }`, /more than 32 brackets/],
  ['x'.repeat(1_025), /1025 characters/],
] as const)
  test(`the pattern ${pattern.slice(0, 20)} is refused`, () =>
    assert.throws(
      () => filterPattern(pattern),
      (error) => {
        assert(error instanceof ApiError);
        assert.equal(error.name, 'InvalidParameterException');
        assert.match(error.message, why);
        return true;
      },
    ));

test('any text is a pattern or is refused, and any message is wanted or not', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '$',
    '.a',
    '[0]',
    '=',
    '!',
    '&&',
    '||',
    '(',
    ')',
    '"',
    '-',
    '?',
    '%',
    ' ',
    'x',
    '1',
    '\\',
    '*',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), fc.json(), (pieces, message) => {
      try {
        assert.equal(typeof filterPattern(pieces.join(''))(message), 'boolean');
      } catch (error) {
        assert(error instanceof ApiError, String(error));
      }
    }),
    { numRuns: 2_000 },
  );
});
