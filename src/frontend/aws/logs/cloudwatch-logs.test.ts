import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CloudWatchLogsClient,
  CloudWatchLogsServiceException,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  InvalidParameterException,
  ResourceNotFoundException,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateFunctionCommand, InvokeCommand } from '@aws-sdk/client-lambda';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { programsOf } from '../../../../test/stock-tools/programs.ts';
import { stockTools } from '../../../../test/stock-tools/stock-tools.ts';
import { createAccount } from '../../../store/credentials.ts';
import { outcomeOf } from '../../testing/fake-worker-manager.ts';
import { startTestFrontend, type TestFrontend } from '../../testing/test-frontend.ts';
import { zipOf } from '../../testing/zip-of.ts';

/** Of Debian 13, and of Debian 12, which has no other way to the service than `AWS_DATA_PATH`. */
const [tools, oldTools] = await Promise.all([stockTools(), stockTools('bookworm')]);

describe('CloudWatch Logs', () => {
  let service: TestFrontend;
  let lambda: LambdaClient;
  let client: CloudWatchLogsClient;
  const logGroupName = '/aws/lambda/talks';
  const start = Date.now() - 60_000;
  before(async () => {
    service = await startTestFrontend();
    lambda = service.client();
    client = clientOf(service.key);
    await deploy('talks');
    await deploy('silent', { LoggingConfig: { LogFormat: 'JSON', LogGroup: 'ours' } });
    await deploy('quiet', { LoggingConfig: { LogFormat: 'JSON', LogGroup: 'ours' } });
    await say('START\none ERROR\nEND\n', 'a', [
      [0, start],
      [6, start + 5],
    ]);
    await say('START\n{"level":"ERROR","n":2}\n', 'b', [[0, start + 2]]);
    await say('START\nthree\n', 'a', [[0, start + 10]]);
  });
  after(async () => {
    client.destroy();
    await service[Symbol.asyncDispose]();
  });

  function clientOf(credentials: TestFrontend['key']): CloudWatchLogsClient {
    return new CloudWatchLogsClient({ endpoint: service.url, region: service.region, credentials, maxAttempts: 1 });
  }
  async function deploy(FunctionName: string, more: object = {}): Promise<void> {
    const Code = { ZipFile: await zipOf({ 'index.mjs': '' }) };
    const settings = { Runtime: 'nodejs24.x' as const, Handler: 'index.handler', Role: undefined, Code };
    await lambda.send(new CreateFunctionCommand({ FunctionName, ...settings, ...more }));
  }
  async function say(log: string, logStream: string, logTimes: [number, number][], name = 'talks'): Promise<void> {
    service.workerManager.behaviour = async ({ payload }) => outcomeOf(payload, { log, logTimes, logStream });
    await lambda.send(new InvokeCommand({ FunctionName: name }));
  }
  const messages = async (input: object): Promise<readonly (string | undefined)[]> =>
    ((await client.send(new FilterLogEventsCommand({ logGroupName, ...input }))).events ?? []).map(
      ({ message }) => message,
    );

  test('has a group for each function, or for those that log to one', async () => {
    const { logGroups = [], nextToken } = await client.send(new DescribeLogGroupsCommand({ limit: 1 }));
    assert.equal(logGroups[0]?.logGroupName, logGroupName);
    assert.equal(logGroups[0].arn, `arn:aws:logs:${service.region}:${service.key.account}:log-group:${logGroupName}:*`);
    const second = await client.send(new DescribeLogGroupsCommand({ nextToken }));
    assert.deepEqual(
      second.logGroups?.map((group) => group.logGroupName),
      ['ours'],
    );
    assert.equal(second.nextToken, undefined);
    const named = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/aws/lambda/t' }));
    assert.equal(named.logGroups?.length, 1);
  });

  test('has a stream for each container, by name or by time', async () => {
    const streams = async (input: object): Promise<readonly (string | undefined)[]> =>
      ((await client.send(new DescribeLogStreamsCommand({ logGroupName, ...input }))).logStreams ?? []).map(
        (stream) => stream.logStreamName,
      );
    assert.deepEqual(await streams({}), ['a', 'b']);
    assert.deepEqual(await streams({ orderBy: 'LastEventTime' }), ['b', 'a']);
    assert.deepEqual(await streams({ orderBy: 'LastEventTime', descending: true, limit: 1 }), ['a']);
    assert.deepEqual(await streams({ logStreamNamePrefix: 'b' }), ['b']);
    const { logStreams } = await client.send(new DescribeLogStreamsCommand({ logGroupName }));
    assert.equal(logStreams?.[0]?.firstEventTimestamp, start);
    assert.equal(logStreams[0].lastEventTimestamp, start + 10);
  });

  test('gives the lines of a stream from its head or its end, page by page, and no more at either', async () => {
    const get = async (input: object): Promise<readonly [string, string | undefined, string | undefined]> => {
      const answer = await client.send(new GetLogEventsCommand({ logGroupName, logStreamName: 'a', ...input }));
      const text = (answer.events ?? []).map(({ message }) => message).join('');
      return [text, answer.nextForwardToken, answer.nextBackwardToken];
    };
    const [whole] = await get({ startFromHead: true });
    assert.equal(whole, 'START\none ERROR\nEND\nSTART\nthree\n');
    const [head, forward] = await get({ startFromHead: true, limit: 2 });
    assert.equal(head, 'START\none ERROR\n');
    const [rest, end] = await get({ nextToken: forward });
    assert.equal(rest, 'END\nSTART\nthree\n');
    assert.deepEqual((await get({ nextToken: end })).slice(0, 2), ['', end]);
    const [newest, , backward] = await get({ limit: 1 });
    assert.equal(newest, 'three\n');
    assert.equal((await get({ limit: 2, nextToken: backward }))[0], 'END\nSTART\n');
    assert.equal(
      (await get({ startTime: start + 5, endTime: start + 10, startFromHead: true }))[0],
      'one ERROR\nEND\n',
    );
  });

  test('filters by pattern, time and stream, in order of time, and gives each event an id of its own', async () => {
    assert.deepEqual(await messages({ filterPattern: 'ERROR' }), ['{"level":"ERROR","n":2}\n', 'one ERROR\n']);
    assert.deepEqual(await messages({ filterPattern: '{ $.level = "ERROR" }' }), ['{"level":"ERROR","n":2}\n']);
    assert.deepEqual(await messages({ filterPattern: '"one ERROR"' }), ['one ERROR\n']);
    assert.deepEqual(await messages({ logStreamNames: ['b'] }), ['START\n', '{"level":"ERROR","n":2}\n']);
    assert.deepEqual(await messages({ startTime: start + 10 }), ['START\n', 'three\n']);
    assert.deepEqual(await messages({ logGroupName: 'ours' }), []);
    const { events = [] } = await client.send(new FilterLogEventsCommand({ logGroupName }));
    assert.equal(new Set(events.map(({ eventId }) => eventId)).size, 7);
    assert(events.every(({ eventId = '' }) => /^\d{56}$/.test(eventId)));
    const again = await client.send(new FilterLogEventsCommand({ logGroupIdentifier: logGroupName }));
    assert.deepEqual(again.events, events);
  });

  test('gives all of a filter’s events page by page', async () => {
    const seen: (string | undefined)[] = [];
    for await (const { events = [] } of paginateFilterLogEvents({ client }, { logGroupName, limit: 2 }))
      seen.push(...events.map(({ message }) => message));
    assert.deepEqual(seen, await messages({}));
  });

  test('tells lines of an invocation that still runs, which stay the same events when it has ended', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const began = Promise.withResolvers<string>();
    const log = { text: 'START\nso far\nand ', times: [[0, start + 20]] as [number, number][], stream: 'c' };
    service.workerManager.behaviour = async ({ payload, function: fn, requestId }) => {
      service.logs.printed(fn.account, fn.name, requestId, log);
      began.resolve(requestId);
      await promise;
      return outcomeOf(payload, { log: `${log.text}so on\nEND\n`, logTimes: log.times, logStream: 'c' });
    };
    const running = lambda.send(new InvokeCommand({ FunctionName: 'talks' }));
    await began.promise;
    const events = async (): Promise<readonly (readonly [string | undefined, string | undefined])[]> =>
      ((await client.send(new FilterLogEventsCommand({ logGroupName, logStreamNames: ['c'] }))).events ?? []).map(
        ({ message, eventId }) => [message, eventId],
      );
    const before_ = await events();
    assert.deepEqual(
      before_.map(([message]) => message),
      ['START\n', 'so far\n'],
    );
    resolve();
    await running;
    const later = await events();
    assert.deepEqual(
      later.map(([message]) => message),
      ['START\n', 'so far\n', 'and so on\n', 'END\n'],
    );
    assert.deepEqual(later.slice(0, 2), before_);
  });

  test('refuses what it has not, what is malformed, and other accounts, in its own form', async () => {
    const refused = async (
      sending: Promise<unknown>,
      what: RegExp,
      kind: new (options: never) => Error,
    ): Promise<void> =>
      await assert.rejects(sending, (error) => {
        assert(error instanceof kind, String(error));
        assert.match(error.message, what);
        return true;
      });
    const none = new FilterLogEventsCommand({ logGroupName: 'none' });
    await refused(client.send(none), /^The specified log group does not exist\.$/, ResourceNotFoundException);
    const noStream = new GetLogEventsCommand({ logGroupName, logStreamName: 'none' });
    await refused(client.send(noStream), /^The specified log stream does not exist\.$/, ResourceNotFoundException);
    for (const [input, what] of [
      [{ filterPattern: '{ $.a' }, /^Invalid filter pattern: /],
      [{ limit: 10_001 }, /limit must be from 1 to 10000/],
      [{ nextToken: '!' }, /nextToken is invalid/],
      [{ logGroupIdentifier: logGroupName }, /and not both/],
    ] as const)
      await refused(
        client.send(new FilterLogEventsCommand({ logGroupName, ...input })),
        what,
        InvalidParameterException,
      );
    const both = new FilterLogEventsCommand({ logGroupName, logStreamNames: ['a'], logStreamNamePrefix: 'a' });
    await refused(client.send(both), /cannot be given together/, InvalidParameterException);
    await assert.rejects(client.send(new CreateLogGroupCommand({ logGroupName: 'x' })), (error) => {
      assert(error instanceof CloudWatchLogsServiceException);
      assert.equal(error.name, 'UnknownOperationException');
      assert.match(error.message, /CreateLogGroup is not in Heddle: of CloudWatch Logs there are DescribeLogGroups, /);
      return true;
    });
    const other = clientOf(await createAccount(service.store, Date.now()));
    await refused(
      other.send(new FilterLogEventsCommand({ logGroupName })),
      /log group does not exist/,
      ResourceNotFoundException,
    );
    assert.deepEqual((await other.send(new DescribeLogGroupsCommand({}))).logGroups, []);
    await assert.rejects(clientOf({ ...service.key, secretAccessKey: 'x' }).send(none), /does not match the signature/);
    other.destroy();
  });

  test('is read by boto3', { skip: tools.skip }, async () => {
    const script = `import boto3, sys
client = boto3.client('logs', endpoint_url=sys.argv[1])
pages = client.get_paginator('filter_log_events').paginate(logGroupName='${logGroupName}', logStreamNames=['b'])
print([event['message'] for page in pages for event in page['events']])
try: client.filter_log_events(logGroupName='none')
except client.exceptions.ResourceNotFoundException as error: print(error)`;
    const stdout = await programsOf(tools, service).python(script, service.url);
    assert.match(
      stdout,
      /^\['START\\n', '\{"level":"ERROR","n":2\}\\n'\]\nAn error occurred \(ResourceNotFoundException\)/,
    );
  });

  for (const [release, found] of [
    ['Debian 13', tools],
    ['Debian 12', oldTools],
  ] as const)
    test(`is tailed by the AWS CLI of ${release}`, { skip: found.skip }, async () => {
      const name = `tailed-by-${release.replaceAll(' ', '-')}`;
      await deploy(name);
      await say('first\n', 's', [[0, Date.now()]], name);
      const args = ['logs', 'tail', `/aws/lambda/${name}`, '--follow', '--format', 'short'];
      await using tail = programsOf(found, service).following('aws', ...args);
      assert.match(await tail.line(), /^\S+ first$/);
      await say('second\n', 's', [[0, Date.now()]], name);
      assert.match(await tail.line(), /^\S+ second$/);
    });
});
