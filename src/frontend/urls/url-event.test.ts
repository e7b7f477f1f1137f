import assert from 'node:assert/strict';
import { test } from 'node:test';
import { urlEvent, type UrlRequest } from './url-event.ts';

const request: UrlRequest = {
  urlId: 'abc',
  method: 'POST',
  rawPath: '/pa%2Fth/%zz',
  rawQuery: 'a=1&b=%20x+y&a=2&__proto__=p',
  headers: {
    host: ['abc.lambda-url.localhost:4333'],
    'content-type': ['application/json'],
    'x-many': ['one', 'two'],
    cookie: ['a=b; c=d', 'e=f'],
    'user-agent': ['test'],
    connection: ['keep-alive'],
    'transfer-encoding': ['chunked'],
  },
  body: Buffer.from('{"é":1}'),
  httpVersion: '1.1',
  requestId: '00000000-0000-4000-8000-000000000000',
  trace: 'Root=1-5759e988-bd862e3fe1be46a994272793',
  sourceIp: '127.0.0.1',
  port: 4_333,
  wallMs: Date.UTC(2026, 0, 31, 12, 34, 56, 789),
};

function eventOf(changes: Partial<UrlRequest> = {}): Record<string, unknown> {
  const event: unknown = JSON.parse(urlEvent({ ...request, ...changes }).toString());
  return Object(event);
}

test('a request becomes an event of format 2.0', () => {
  assert.deepEqual(eventOf(), {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/pa%2Fth/%zz',
    rawQueryString: 'a=1&b=%20x+y&a=2&__proto__=p',
    cookies: ['a=b', 'c=d', 'e=f'],
    headers: {
      host: 'abc.lambda-url.localhost:4333',
      'content-type': 'application/json',
      'x-many': 'one,two',
      cookie: 'a=b; c=d; e=f',
      'user-agent': 'test',
      'content-length': '8',
      'x-amzn-trace-id': 'Root=1-5759e988-bd862e3fe1be46a994272793',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': '4333',
    },
    queryStringParameters: JSON.parse('{"a":"1,2","b":" x y","__proto__":"p"}'),
    requestContext: {
      accountId: 'anonymous',
      apiId: 'abc',
      domainName: 'abc.lambda-url.localhost',
      domainPrefix: 'abc',
      http: {
        method: 'POST',
        path: '/pa%2Fth/%zz',
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: 'test',
      },
      requestId: '00000000-0000-4000-8000-000000000000',
      routeKey: '$default',
      stage: '$default',
      time: '31/Jan/2026:12:34:56 +0000',
      timeEpoch: 1_769_862_896_789,
    },
    body: '{"é":1}',
    isBase64Encoded: false,
  });
});

test('what was not sent is absent', () => {
  const event = eventOf({ headers: {}, rawQuery: '', body: Buffer.alloc(0) });
  assert.deepEqual(Object.keys(event), [
    'version',
    'routeKey',
    'rawPath',
    'rawQueryString',
    'headers',
    'requestContext',
    'isBase64Encoded',
  ]);
});

test('who signed is told of', () => {
  const { accountId, authorizer } = Object(
    eventOf({ caller: { accessKeyId: 'AKIAX', account: '123456789012' } })['requestContext'],
  );
  assert.equal(accountId, '123456789012');
  assert.deepEqual(authorizer, {
    iam: {
      accessKey: 'AKIAX',
      accountId: '123456789012',
      callerId: '123456789012',
      cognitoIdentity: null,
      principalOrgId: null,
      userArn: 'arn:aws:iam::123456789012:root',
      userId: '123456789012',
    },
  });
});

test('a body is text by its type, and only where it is text', () => {
  const encoded = (type: string | undefined, body: string | Buffer = 'x', more = {}): unknown =>
    eventOf({ headers: { ...(type && { 'content-type': [type] }), ...more }, body: Buffer.from(body) })[
      'isBase64Encoded'
    ];
  for (const type of [
    'text/plain',
    'text/html; charset=utf-8',
    'application/json',
    'application/xml;a=b',
    'application/javascript',
    'Text/Csv',
  ])
    assert.equal(encoded(type), false, type);
  for (const type of [
    undefined,
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/vnd.api+json',
    'image/png',
  ])
    assert.equal(encoded(type), true, type);
  assert.equal(encoded('text/plain', Buffer.from([0xff, 0xfe])), true);
  assert.equal(encoded('text/plain', 'x', { 'content-encoding': ['gzip'] }), true);
  assert.equal(eventOf({ headers: {}, body: Buffer.from([0xff, 0]) })['body'], '/wA=');
});

test('what stands between is told of, as far as it said so', () => {
  const headers = { 'x-forwarded-for': ['192.0.2.1'], 'x-forwarded-proto': ['https'], 'x-forwarded-port': ['443'] };
  const {
    'x-forwarded-for': from,
    'x-forwarded-proto': proto,
    'x-forwarded-port': port,
  } = Object(eventOf({ headers })['headers']);
  assert.deepEqual([from, proto, port], ['192.0.2.1, 127.0.0.1', 'https', '443']);
});
