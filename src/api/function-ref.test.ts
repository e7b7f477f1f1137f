import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from './errors.ts';
import { functionRef } from './function-ref.ts';

const scope = { account: '123456789012', region: 'eu-west-1' };
const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:f';

test('all forms of a name give the same function', () => {
  for (const text of [
    'f',
    'function:f',
    '123456789012:function:f',
    '123456789012:f',
    arn,
    'eu-west-1:123456789012:function:f',
  ])
    assert.deepEqual(functionRef(text, scope), { account: scope.account, name: 'f', arn }, text);
});

test('a qualifier is read from the name or from beside it, and must not differ', () => {
  for (const [text, beside] of [
    ['f:live', undefined],
    [`${arn}:live`, undefined],
    ['f', 'live'],
    ['f:live', 'live'],
  ] as const)
    assert.deepEqual(functionRef(text, scope, beside), { account: scope.account, name: 'f', arn, qualifier: 'live' });
  assert.equal(functionRef('f:$LATEST', scope).qualifier, '$LATEST');
  for (const named of [functionRef('f:$LATEST.PUBLISHED', scope), functionRef('f', scope, '$LATEST.PUBLISHED')])
    assert.equal(named.qualifier, '$LATEST.PUBLISHED');
  assert.equal(functionRef('f', scope, '').qualifier, undefined);
  assert.throws(() => functionRef('f:live', scope, 'test'), /derived qualifier/);
});

test('another account’s are not for the caller, whether they exist or not, and another region’s not here', () => {
  for (const text of ['999999999999:function:f', 'arn:aws:lambda:eu-west-1:999999999999:function:f'])
    assert.throws(() => functionRef(text, scope), { name: 'AccessDeniedException', status: 403 });
  assert.throws(() => functionRef('arn:aws:lambda:us-east-1:123456789012:function:f', scope), {
    name: 'ResourceNotFoundException',
    message: "Functions from 'us-east-1' are not reachable in this region ('eu-west-1')",
  });
});

test('what is no name is refused in AWS’s words', () => {
  for (const text of ['', 'a b', '../x', 'f/g', 'f:a:b', 'x'.repeat(257), 'arn:aws:s3:::bucket', 'f\n'])
    assert.throws(
      () => functionRef(text, scope),
      (error) =>
        error instanceof ApiError &&
        error.name === 'ValidationException' &&
        /^1 validation error detected/.test(error.message),
      text,
    );
  for (const qualifier of ['a b', 'a.b', '$LATEST.PUBLISHEDx'])
    assert.throws(() => functionRef('f', scope, qualifier), /at 'qualifier'/, qualifier);
});
