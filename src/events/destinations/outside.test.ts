import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAuthenticator } from '../../frontend/auth/authenticator.ts';
import { systemClock } from '../../model/clock.ts';
import { destinationOf, DestinationError } from './destination.ts';
import { neverTaken, requestTo, settingFor, type OutsideRequest, type OutsideSettings } from './outside.ts';

const account = '000000000000';
const region = 'eu-west-1';
const scope = { account, region };
const key = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };
const settings: OutsideSettings = {
  ownAccount: account,
  services: {
    sqs: { ...key, endpoint: 'http://127.0.0.1:9324/' },
    sns: { ...key, endpoint: 'https://sns.example.org' },
    events: { ...key, endpoint: 'https://events.example.org', accounts: ['111111111111'] },
  },
};
const attributes = { text: { RequestID: 'r', ErrorMessage: 'it said: ü & more' }, number: { ErrorCode: '200' } };
const delivery = {
  ...{ functionName: 'f', functionArn: `arn:aws:lambda:${region}:${account}:function:f:$LATEST` },
  ...{ egress: {}, succeeded: false, attributes },
};
const sent = { requestId: 'r', payload: Buffer.from('{"a":"ü"}'), delivery };

async function request(arn: string): Promise<OutsideRequest & { readonly text: string }> {
  const to = destinationOf(arn, scope);
  assert(to.kind === 'outside');
  const made = await requestTo(to, account, sent, settings);
  return { ...made, text: Buffer.from(made.post.body).toString() };
}

test('an ARN leads to a function or queue here, an HTTP endpoint, or a service elsewhere', () => {
  const to = (arn: string): unknown => destinationOf(arn, scope);
  assert.deepEqual(to(`arn:aws:lambda:${region}:${account}:function:g:live`), {
    ...{ kind: 'function', name: 'g', qualifier: 'live' },
  });
  assert.deepEqual(to(`arn:aws:sqs:${region}:${account}:dead`), { kind: 'queue', name: 'dead' });
  assert.equal(Object(to(`arn:aws:sqs:us-east-1:${account}:dead`)).kind, 'outside');
  assert.equal(Object(to('arn:aws:heddle-http:::https://hooks.example.org:8443/x?y=1')).url.port, '8443');
  assert.equal(Object(to(`arn:aws:events:${region}:${account}:event-bus/mine`)).name, 'mine');
  for (const arn of [
    'arn:aws:heddle-http:::ftp://hooks.example.org/',
    'arn:aws:heddle-http:::https://user:secret@hooks.example.org/',
    'arn:aws:s3:::bucket',
    'arn:aws:sns:::topic',
    `arn:aws:lambda:${region}:111111111111:function:g`,
  ])
    assert.throws(() => to(arn), DestinationError, arn);
});

test('requests are signed so that a service that knows the key takes them', async () => {
  for (const service of ['sqs', 'sns', 'events'] as const) {
    const { post } = await request(
      `arn:aws:${service}:us-east-1:123456789012:${service === 'events' ? 'event-bus/b' : 'x'}`,
    );
    const signed = {
      method: 'POST',
      path: post.url.pathname,
      query: {},
      headers: { host: post.url.host, ...post.headers },
    };
    const accounts = { key: async () => ({ ...key, account, createdAt: 0 }) };
    const authenticator = createAuthenticator(accounts, 'us-east-1', systemClock);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the rules of a claim are the same for every service
    const claimant = await authenticator.admit(signed, service as 'lambda');
    await authenticator.verify(signed, claimant, Buffer.from(post.body));
  }
});

test('a message for SQS has the body, typed attributes, and in a FIFO queue a group', async () => {
  const { post, text } = await request('arn:aws:sqs:us-east-1:123456789012:dead.fifo');
  assert.equal(post.headers['x-amz-target'], 'AmazonSQS.SendMessage');
  const body = JSON.parse(text);
  assert.equal(body.QueueUrl, 'http://127.0.0.1:9324/123456789012/dead.fifo');
  assert.deepEqual([body.MessageBody, body.MessageGroupId], ['{"a":"ü"}', 'f']);
  assert.deepEqual(body.MessageAttributes, {
    RequestID: { DataType: 'String', StringValue: 'r' },
    ErrorMessage: { DataType: 'String', StringValue: 'it said: ü & more' },
    ErrorCode: { DataType: 'Number', StringValue: '200' },
  });
});

test('a notification for SNS is a form; an event for EventBridge says what it is, and an answer that takes it may refuse it', async () => {
  const form = new URLSearchParams((await request('arn:aws:sns:us-east-1:123456789012:topic')).text);
  assert.deepEqual([form.get('Action'), form.get('TopicArn')], ['Publish', 'arn:aws:sns:us-east-1:123456789012:topic']);
  assert.equal(form.get('Message'), '{"a":"ü"}');
  assert.equal(form.get('MessageAttributes.entry.3.Value.DataType'), 'Number');
  const arn = 'arn:aws:events:us-east-1:123456789012:event-bus/mine';
  const { text, refusal } = await request(arn);
  assert.deepEqual(JSON.parse(text).Entries, [
    {
      EventBusName: arn,
      Source: 'lambda',
      DetailType: 'Lambda Function Invocation Result - Failure',
      Detail: '{"a":"ü"}',
      Resources: [arn, delivery.functionArn],
    },
  ]);
  assert.equal(refusal(200, '{"FailedEntryCount":0}'), undefined);
  assert.match(refusal(200, '{"FailedEntryCount":1,"Entries":[{"ErrorCode":"Busy"}]}') ?? '', /Busy/);
  assert.match(refusal(403, 'no') ?? '', /403: no/);
});

test('what a service will never take is told from what it may take later', () => {
  const tooLarge =
    '{"__type":"com.amazonaws.sqs#InvalidParameterValue","message":"must be shorter than 1048576 bytes"}';
  assert.equal(neverTaken(400, tooLarge), true);
  assert.equal(neverTaken(400, '<ErrorResponse><Error><Type>Sender</Type><Code>InvalidParameter</Code>'), true);
  assert.equal(neverTaken(400, '{"__type":"ValidationException"}'), true);
  assert.equal(neverTaken(200, '{"FailedEntryCount":1,"Entries":[{"ErrorCode":"MalformedDetail"}]}'), true);
  assert.equal(neverTaken(413, ''), true);
  assert.equal(neverTaken(400, '{"__type":"com.amazonaws.sqs#QueueDoesNotExist"}'), false);
  assert.equal(neverTaken(400, '{"__type":"ThrottlingException"}'), false);
  assert.equal(neverTaken(403, '{"__type":"ValidationException"}'), false);
  assert.equal(neverTaken(500, 'InvalidParameterValue'), false);
});

test('only accounts that the operator names send with his keys', () => {
  const events = { service: 'events', arn: 'arn:aws:events:us-east-1:123456789012:event-bus/b' } as const;
  assert.equal(settingFor(events, '111111111111', settings).endpoint, 'https://events.example.org');
  const sqs = { service: 'sqs', arn: 'arn:aws:sqs:us-east-1:123456789012:q' } as const;
  assert.throws(() => settingFor(sqs, '111111111111', settings), /may not send to .*"accounts"/);
  assert.throws(() => settingFor(sqs, account, { ...settings, services: {} }), /"destinations": \{"sqs"/);
});
