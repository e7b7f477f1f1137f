import assert from 'node:assert/strict';
import { test } from 'node:test';
import { badGateway, urlAnswer } from './url-answer.ts';

function answerOf(result: unknown): { status: number; headers: unknown; body: string } {
  const { status, headers, body } = urlAnswer(Buffer.from(JSON.stringify(result)));
  return { status, headers, body: Buffer.from(body).toString() };
}

test('what is no answer is the body of one', () => {
  const json = [['content-type', 'application/json']];
  for (const [result, body] of [
    ['hello', 'hello'],
    [{ hello: 'world' }, '{"hello":"world"}'],
    [['hello', 3, true], '["hello",3,true]'],
    [3.1, '3.1'],
    [true, 'true'],
    [null, 'null'],
    [{ body: 'x', headers: {} }, '{"body":"x","headers":{}}'],
  ])
    assert.deepEqual(answerOf(result), { status: 200, headers: json, body });
  assert.equal(Buffer.from(urlAnswer(Buffer.from('not JSON')).body).toString(), 'not JSON');
  assert.equal(urlAnswer(Buffer.alloc(0)).body.length, 0);
});

test('an object with a status says all of it', () => {
  const result = {
    statusCode: 201,
    headers: { 'Content-Type': 'text/html', 'X-Number': 1, 'x-none': null },
    cookies: ['a=1; Path=/', 'b=2'],
    body: 'é',
  };
  assert.deepEqual(answerOf(result), {
    status: 201,
    headers: [
      ['Content-Type', 'text/html'],
      ['X-Number', '1'],
      ['set-cookie', 'a=1; Path=/'],
      ['set-cookie', 'b=2'],
    ],
    body: 'é',
  });
  assert.deepEqual(answerOf({ statusCode: '418', body: 7 }), {
    status: 418,
    headers: [['content-type', 'application/json']],
    body: '7',
  });
  assert.equal(answerOf({ statusCode: 200, body: 'aGk=', isBase64Encoded: true }).body, 'hi');
});

test('connection, length and our own headers are not the function’s to say', () => {
  const headers = {
    connection: 'close',
    'Content-Length': '3',
    'transfer-encoding': 'chunked',
    'x-amzn-RequestId': 'x',
    'X-Heddle-Start-Ms': '0',
  };
  assert.deepEqual(answerOf({ statusCode: 200, headers }).headers, [['content-type', 'application/json']]);
});

test('a malformed answer is a bad gateway', () => {
  for (const result of [
    { statusCode: 'nothing' },
    { statusCode: 1_000 },
    { statusCode: 101 },
    { statusCode: 200.5 },
    { statusCode: 200, body: { a: 1 } },
    { statusCode: 200, body: ['a'] },
    { statusCode: 200, headers: ['a'] },
    { statusCode: 200, headers: { a: ['b'] } },
    { statusCode: 200, headers: { 'a b': 'c' } },
    { statusCode: 200, headers: { a: 'b\r\nset-cookie: c=d' } },
    { statusCode: 200, cookies: 'a=b' },
    { statusCode: 200, cookies: ['a=b\n'] },
    { statusCode: 200, body: 'no base64!', isBase64Encoded: true },
    { statusCode: 200, isBase64Encoded: 'perhaps' },
    { statusCode: 200, headers: Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`x-${n}`, ''])) },
    { statusCode: 200, headers: { a: 'x'.repeat(70_000) } },
  ])
    assert.equal(urlAnswer(Buffer.from(JSON.stringify(result))), badGateway, JSON.stringify(result).slice(0, 80));
});
