import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { after, afterEach, before, describe, test } from 'node:test';
import {
  CloudWatchLogsClient,
  type CloudWatchLogsClientConfig,
  InvalidParameterException,
  LimitExceededException,
  ResourceNotFoundException,
  SessionStreamingException,
  StartLiveTailCommand,
  type LiveTailSessionLogEvent,
  type StartLiveTailCommandInput,
  type StartLiveTailResponseStream,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateFunctionCommand } from '@aws-sdk/client-lambda';
import { programsOf } from '../../../../../test/stock-tools/programs.ts';
import { stockTools } from '../../../../../test/stock-tools/stock-tools.ts';
import { limits } from '../../../../model/limits.ts';
import { createAccount } from '../../../../store/credentials.ts';
import { outcomeOf } from '../../../testing/fake-worker-manager.ts';
import { startTestFrontend, type TestFrontend } from '../../../testing/test-frontend.ts';
import { zipOf } from '../../../testing/zip-of.ts';

const tools = await stockTools();

/** A session as the SDK gives it. */
interface Session {
  next(): Promise<StartLiveTailResponseStream | undefined>;
  /** The first events that come. */
  events(): Promise<readonly LiveTailSessionLogEvent[]>;
  end(): void;
}

describe('StartLiveTail', () => {
  let service: TestFrontend;
  before(async () => {
    service = await startTestFrontend();
    await deploy(service, 'talks');
    await deploy(service, 'other');
  });
  after(() => service[Symbol.asyncDispose]());
  const started: Session[] = [];
  afterEach(() => {
    for (const session of started.splice(0)) session.end();
  });

  async function deploy(frontend: TestFrontend, FunctionName: string, credentials = frontend.key): Promise<void> {
    const Code = { ZipFile: await zipOf({ 'index.mjs': '' }) };
    const settings = { Runtime: 'nodejs24.x' as const, Handler: 'index.handler', Role: undefined, Code };
    await frontend.client({ credentials }).send(new CreateFunctionCommand({ FunctionName, ...settings }));
  }
  const arnOf = (name: string, account = service.key.account): string =>
    `arn:aws:logs:${service.region}:${account}:log-group:/aws/lambda/${name}`;
  const print = (name: string, text: string, stream = 's', account = service.key.account): void =>
    service.logs.append(account, name, { requestId: crypto.randomUUID(), text, stream });

  async function start(
    input: Partial<StartLiveTailCommandInput>,
    credentials = service.key,
    { url: endpoint, region } = service,
    more: CloudWatchLogsClientConfig = {},
  ): Promise<Session> {
    // What the SDK puts before a host makes of an address a name that is none.
    const config = { endpoint, region, credentials, maxAttempts: 1, disableHostPrefix: true };
    const client = new CloudWatchLogsClient({ ...config, ...more });
    const command = new StartLiveTailCommand({ logGroupIdentifiers: [arnOf('talks')], ...input });
    const { responseStream } = await client.send(command).catch((error: unknown) => {
      client.destroy();
      throw error;
    });
    const stream = responseStream?.[Symbol.asyncIterator]() ?? assert.fail('no stream');
    const next = async (): Promise<StartLiveTailResponseStream | undefined> => (await stream.next()).value;
    const session = {
      next,
      async events(): Promise<readonly LiveTailSessionLogEvent[]> {
        for (;;) {
          const { sessionUpdate } = (await next()) ?? assert.fail('the session is over');
          const { sessionResults = [] } = sessionUpdate ?? {};
          if (sessionResults.length > 0) return sessionResults;
        }
      },
      end: () => client.destroy(),
    };
    started.push(session);
    return session;
  }
  const messagesOf = (events: readonly LiveTailSessionLogEvent[]): readonly (string | undefined)[] =>
    events.map(({ message }) => message);

  test('begins with what was asked for, and tells lines from then on as each is in its group', async () => {
    print('talks', 'before\n');
    const groups = [arnOf('talks'), arnOf('other')];
    const session = await start({ logGroupIdentifiers: groups, logEventFilterPattern: '-secret' });
    const { sessionStart } = (await session.next()) ?? assert.fail('nothing came');
    assert.match(sessionStart?.sessionId ?? '', /^[0-9a-f-]{36}$/);
    assert.deepEqual([sessionStart?.logGroupIdentifiers, sessionStart?.logEventFilterPattern], [groups, '-secret']);
    print('talks', 'one\nsecret\n', 'a');
    print('other', 'two\n', 'b');
    const events = [...(await session.events())];
    while (events.length < 2) events.push(...(await session.events()));
    // Of two functions, either may be read first.
    events.sort((one, other) => (String(one.message) < String(other.message) ? -1 : 1));
    assert.deepEqual(
      events.map((event) => [event.message, event.logStreamName, event.logGroupIdentifier]),
      [
        ['one\n', 'a', groups[0]],
        ['two\n', 'b', groups[1]],
      ],
    );
    assert.ok(events.every(({ timestamp = 0, ingestionTime = 0 }) => timestamp > 0 && ingestionTime >= timestamp));
  });

  test('tells a line of an invocation that runs before that ends, once, and only of the streams that are wanted', async () => {
    const log = { text: 'START\nfirst\n', times: [[0, Date.now()]] as [number, number][], stream: 'wanted' };
    const { account } = service.key;
    const [named, prefixed] = await Promise.all([
      start({ logStreamNames: ['wanted'] }),
      start({ logStreamNamePrefixes: ['want', 'or'] }),
    ]);
    await Promise.all([named.next(), prefixed.next()]);
    print('talks', 'elsewhere\n', 'unwanted');
    service.logs.printed(account, 'talks', 'r', log);
    for (const session of [named, prefixed])
      assert.deepEqual(messagesOf(await session.events()), ['START\n', 'first\n']);
    const { text, times, stream } = { ...log, text: `${log.text}END\n` };
    service.logs.append(account, 'talks', { requestId: 'r', text, times, stream });
    for (const session of [named, prefixed]) assert.deepEqual(messagesOf(await session.events()), ['END\n']);
  });

  test('is found with the prefix of the SDK, too, where all names below localhost are this machine', async () => {
    const httpAgent = new Agent({
      lookup: (name, _options, found) => {
        assert.match(name, /^stream(?:ing)?-heddle\.localhost$/);
        found(null, [{ address: '127.0.0.1', family: 4 }]);
      },
    });
    const endpoint = `http://heddle.localhost:${new URL(service.url).port}`;
    const session = await start({}, service.key, service, {
      endpoint,
      disableHostPrefix: false,
      requestHandler: { httpAgent },
    });
    assert.ok((await session.next())?.sessionStart !== undefined);
  });

  test('says when it gives only a sample of a second', async () => {
    const session = await start({});
    await session.next();
    const lines = limits.liveTailUpdateEventsMax * 4;
    print('talks', Array.from({ length: lines }, (_, n) => `${n}\n`).join(''));
    for (;;) {
      const { sessionUpdate } = (await session.next()) ?? assert.fail('the session is over');
      const { sessionResults = [], sessionMetadata } = sessionUpdate ?? {};
      if (sessionResults.length === 0) continue;
      assert.deepEqual([sessionResults.length, sessionMetadata?.sampled], [limits.liveTailUpdateEventsMax, true]);
      break;
    }
  });

  test('is of one account: another has functions of the same name, and neither sees what the other’s print', async () => {
    const other = await createAccount(service.store, Date.now());
    await deploy(service, 'talks', other);
    await assert.rejects(start({}, other), ResourceNotFoundException);
    const [own, others] = await Promise.all([
      start({}),
      start({ logGroupIdentifiers: [arnOf('talks', other.account)] }, other),
    ]);
    await Promise.all([own.next(), others.next()]);
    print('talks', 'own\n');
    print('talks', 'other’s\n', 's', other.account);
    assert.deepEqual(messagesOf(await own.events()), ['own\n']);
    assert.deepEqual(messagesOf(await others.events()), ['other’s\n']);
    await service.store.accounts.setKeyDisabled(other.accessKeyId, true);
    await assert.rejects(others.events(), (error) => {
      assert.ok(error instanceof SessionStreamingException, String(error));
      assert.match(error.message, /key .* good for nothing any more/);
      return true;
    });
  });

  test('refuses what AWS refuses, in the same form', async () => {
    const refused: readonly (readonly [Partial<StartLiveTailCommandInput>, RegExp])[] = [
      [{ logGroupIdentifiers: [] }, /list of 1 to 10 ARNs/],
      [{ logGroupIdentifiers: Array.from({ length: 11 }, (_, n) => arnOf(`f${n}`)) }, /list of 1 to 10 ARNs/],
      [{ logGroupIdentifiers: ['/aws/lambda/talks'] }, /must be ARNs/],
      [{ logGroupIdentifiers: [`${arnOf('talks')}:*`] }, /without :\*/],
      [{ logStreamNames: ['a'], logStreamNamePrefixes: ['b'] }, /cannot be given together/],
      [{ logGroupIdentifiers: [arnOf('talks'), arnOf('other')], logStreamNames: ['a'] }, /with one log group/],
      [{ logEventFilterPattern: '{ $.a' }, /^Invalid filter pattern/],
    ];
    for (const [input, words] of refused)
      await assert.rejects(start(input), (error) => {
        assert.ok(error instanceof InvalidParameterException, String(error));
        assert.match(error.message, words);
        return true;
      });
    await assert.rejects(start({ logGroupIdentifiers: [arnOf('none')] }), ResourceNotFoundException);
  });

  test('an account has so many at once; who leaves makes room', async () => {
    const other = await createAccount(service.store, Date.now());
    await deploy(service, 'talks', other);
    const another = (): Promise<Session> => start({ logGroupIdentifiers: [arnOf('talks', other.account)] }, other);
    const starting = Array.from({ length: limits.liveTailSessionsPerAccountMax }, another);
    const [first] = await Promise.all(starting);
    await assert.rejects(another(), LimitExceededException);
    await start({});
    first?.end();
    // The service hears of it when the connection has ended.
    for (let entered = false; !entered;)
      entered = await another().then(
        () => true,
        (error: unknown) => {
          assert.ok(error instanceof LimitExceededException, String(error));
          return false;
        },
      );
  });

  test('ends when the service does, which does not wait for it', async () => {
    const other = await startTestFrontend();
    await deploy(other, 'talks');
    const session = await start({ logGroupIdentifiers: [arnOf('talks', other.key.account)] }, other.key, other);
    await session.next();
    const closing = other[Symbol.asyncDispose]();
    await assert.rejects(async () => {
      for (;;) await session.events();
    }, SessionStreamingException);
    await closing;
  });

  test('is read by boto3, which finds it as heddle env says', { skip: tools.skip }, async () => {
    const { python } = programsOf(tools, service);
    const program = `import boto3, sys
logs, functions = boto3.client('logs'), boto3.client('lambda')
answer = logs.start_live_tail(logGroupIdentifiers=[sys.argv[1]])
for event in answer['responseStream']:
    if 'sessionStart' in event:
        functions.invoke(FunctionName='talks')
    lines = event.get('sessionUpdate', {}).get('sessionResults', [])
    if lines:
        print(lines[0]['message'], end='')
        break
`;
    service.workerManager.behaviour = async ({ payload }) => outcomeOf(payload, { log: 'from boto3\n' });
    assert.equal(await python(program, arnOf('talks')), 'from boto3\n');
  });

  test('is shown by the AWS CLI', { skip: tools.skip }, async () => {
    const args = ['logs', 'start-live-tail', '--log-group-identifiers', arnOf('talks')];
    await using tail = programsOf(tools, service).following('aws', ...args);
    // It says nothing when it has begun.
    const printing = setInterval(() => print('talks', 'for the CLI\n'), 200);
    try {
      assert.equal(await tail.line(), 'for the CLI');
    } finally {
      clearInterval(printing);
    }
  });
});
