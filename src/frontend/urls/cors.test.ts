import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corsLines, isPreflight, preflightLines } from './cors.ts';

const asked = {
  origin: 'https://shop.example',
  'access-control-request-method': 'PUT',
  'access-control-request-headers': 'authorization, x-custom',
};
const vary = ['vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'];

test('a preflight is OPTIONS with an origin and a method', () => {
  assert.ok(isPreflight('OPTIONS', asked));
  assert.ok(!isPreflight('GET', asked));
  assert.ok(!isPreflight('OPTIONS', { origin: 'https://shop.example' }));
});

test('a preflight is answered by what is listed', () => {
  const cors = {
    allowOrigins: ['https://shop.example'],
    allowMethods: ['GET', 'PUT'],
    allowHeaders: ['X-Custom', 'Authorization'],
    allowCredentials: true,
    maxAge: 60,
  };
  assert.deepEqual(preflightLines(cors, asked), [
    vary,
    ['access-control-allow-origin', 'https://shop.example'],
    ['access-control-allow-credentials', 'true'],
    ['access-control-allow-methods', 'GET,PUT'],
    ['access-control-allow-headers', 'X-Custom,Authorization'],
    ['access-control-max-age', '60'],
  ]);
  for (const less of [
    { allowOrigins: ['https://other.example'] },
    { allowMethods: ['GET'] },
    { allowHeaders: ['X-Custom'] },
  ])
    assert.deepEqual(preflightLines({ ...cors, ...less }, asked), [vary]);
});

test('a star allows everything, and never an origin of that name with credentials', () => {
  const all = { allowOrigins: ['*'], allowMethods: ['*'], allowHeaders: ['*'] };
  assert.deepEqual(preflightLines(all, asked), [
    vary,
    ['access-control-allow-origin', '*'],
    ['access-control-allow-methods', 'PUT'],
    ['access-control-allow-headers', 'authorization,x-custom'],
  ]);
  assert.deepEqual(corsLines({ ...all, allowCredentials: true }, asked), [
    ['vary', 'Origin'],
    ['access-control-allow-origin', 'https://shop.example'],
    ['access-control-allow-credentials', 'true'],
  ]);
});

test('other answers say who may read them, where an origin asks', () => {
  const cors = { allowOrigins: ['https://shop.example'], exposeHeaders: ['Date', 'X-Id'] };
  assert.deepEqual(corsLines(cors, asked), [
    ['vary', 'Origin'],
    ['access-control-allow-origin', 'https://shop.example'],
    ['access-control-expose-headers', 'Date,X-Id'],
  ]);
  assert.deepEqual(corsLines(cors, { origin: 'https://evil.example' }), [['vary', 'Origin']]);
  assert.deepEqual(corsLines(cors, {}), []);
  assert.deepEqual(corsLines(undefined, asked), []);
});
