import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import {
  AddPermissionCommand,
  CreateFunctionUrlConfigCommand,
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  TooManyRequestsException,
  type InvokeMode,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { ask, type Told } from '../../src/frontend/testing/ask.ts';
import { signedHeaders } from '../../src/frontend/testing/signed-headers.ts';
import { connect, shutdown, spawn } from '../../src/index.ts';
import type { AccessKey } from '../../src/store/contract.ts';
import { driversUnderTest } from '../e2e/drivers.ts';
import { deploy, littleWarm, newHome, startHeddle, type RunningService } from '../e2e/service.ts';
import { clientWith } from './accounts.ts';
import { openGate, type Door, type Gate } from './gate.ts';

// An account that may have one call at once, whichever way it comes. Who counts knows nothing of drivers: the quickest will do.

const code = `
exports.handler = async ({ door, queryStringParameters }) => {
  await (await fetch(door ?? queryStringParameters.door, { headers: { connection: 'close' } })).text();
  return 'done';
};`;

const driver = (await driversUnderTest()).find(({ name }) => name === 'host');
describe('an account that may have one call at once', { skip: driver?.skip ?? false }, () => {
  let gate: Gate;
  let service: RunningService;
  let key: AccessKey;
  let client: LambdaClient;
  const urls = new Map<string, URL>();

  before(async () => {
    gate = await openGate();
    // Only the operator's functions may say themselves that they go to this machine.
    const flags = ['--driver', 'host', ...littleWarm, '--egress', `public ${gate.tags['heddle:egress']}`];
    service = await startHeddle(await newHome(), ...flags);
    ({ key } = Object(await (await operator('POST', '/accounts', {})).json()));
    client = clientWith(service.url, key);
    for (const [name, mode] of [['f'], ['whole', 'BUFFERED'], ['streamed', 'RESPONSE_STREAM']] as const)
      await deployed(name, mode);
    await connect({ url: service.url, credentials: key });
    await operator('PUT', `/accounts/${key.account}/limits`, { limits: { concurrency: 1 } });
  });
  after(async () => {
    await shutdown();
    client.destroy();
    await Promise.all([gate, service].map((one) => one?.[Symbol.asyncDispose]()));
  });
  beforeEach(async () => assert.equal(await counted(), 0));

  async function operator(method: string, path: string, body?: object): Promise<Response> {
    const { accessKeyId, secretAccessKey } = await service.client.config.credentials();
    const text = body === undefined ? '' : JSON.stringify(body);
    const signer = { url: service.url, region: 'us-east-1', key: { accessKeyId, secretAccessKey } };
    const headers = await signedHeaders(signer, method, `/heddle/v1${path}`, text);
    const answer = await fetch(`${service.url}/heddle/v1${path}`, { method, headers, ...(text && { body: text }) });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
    return answer;
  }

  /** Calls of the account that have not ended, as it is shown. */
  async function counted(): Promise<unknown> {
    return Object(await (await operator('GET', `/accounts/${key.account}`)).json()).use.concurrency;
  }

  /** Resolves when none is counted any more: the end of an event, and of a thread's container, nobody waits for. */
  async function ended(): Promise<void> {
    while ((await counted()) !== 0);
  }

  async function deployed(FunctionName: string, InvokeMode: InvokeMode | undefined): Promise<void> {
    await deploy({ client }, FunctionName, code, { Timeout: 120 });
    if (InvokeMode === undefined) return;
    const { FunctionUrl } = await client.send(
      new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'NONE', InvokeMode }),
    );
    urls.set(FunctionName, new URL(FunctionUrl ?? ''));
    const open = { FunctionName, Principal: '*' };
    for (const permission of [
      { StatementId: 'url', Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'NONE' },
      { StatementId: 'invoke', Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true },
    ] as const)
      await client.send(new AddPermissionCommand({ ...open, ...permission }));
  }

  const invoke = (door: Door, more: object = {}): Promise<unknown> =>
    client.send(new InvokeCommand({ FunctionName: 'f', Payload: JSON.stringify({ door: door.url }), ...more }));
  /** One that is refused: it would stand before a door that nobody opens. */
  const refused = (more: object = {}): Promise<void> => assert.rejects(invoke(gate.door(), more), full);
  async function stream(door: Door): Promise<void> {
    const Payload = JSON.stringify({ door: door.url });
    const { EventStream } = await client.send(new InvokeWithResponseStreamCommand({ FunctionName: 'f', Payload }));
    const events = await Array.fromAsync(EventStream ?? []);
    assert.deepEqual(events.at(-1)?.InvokeComplete, {});
  }
  async function url(name: string, door: Door): Promise<Told> {
    const path = `/?door=${encodeURIComponent(door.url)}`;
    return await ask(service.url, { path, headers: { host: urls.get(name)?.host ?? assert.fail() } });
  }
  async function answered(name: string, door: Door): Promise<void> {
    const { status, body } = await url(name, door);
    assert.equal(status, 200, body);
  }
  const goTo = async (door: string): Promise<string> => {
    await (await fetch(door, { headers: { connection: 'close' } })).text();
    return 'done';
  };
  const thread = async (door: Door): Promise<void> =>
    assert.equal(await spawn(goTo, [door.url], { timeoutMs: 120_000 }), 'done');

  function full(error: unknown): boolean {
    assert(error instanceof TooManyRequestsException, String(error));
    assert.equal(error.Reason, 'ConcurrentInvocationLimitExceeded');
    assert.equal(error.message, 'Rate Exceeded.');
    assert.equal(error.$metadata.httpStatusCode, 429);
    return true;
  }

  for (const [way, call] of Object.entries({
    Invoke: (door: Door) => invoke(door),
    'Invoke of type Event': (door: Door) => invoke(door, { InvocationType: 'Event' }),
    InvokeWithResponseStream: stream,
    'a URL': (door: Door) => answered('whole', door),
    'a URL that streams': (door: Door) => answered('streamed', door),
    'a thread': thread,
  }))
    test(`has none left while it has one by ${way}, until that has ended`, async () => {
      const [first, second] = [gate.door(), gate.door()];
      const running = call(first);
      await reached(first, running);
      assert.equal(await counted(), 1);
      await refused();
      first.open();
      await running;
      await ended();
      second.open();
      await invoke(second);
    });

  /** Resolves when the call stands before the door; rejects where it failed on its way. */
  async function reached(door: Door, running: Promise<unknown>): Promise<void> {
    await Promise.race([door.reached, running.then(() => door.reached)]);
  }

  /** Has one call run while `then` does. */
  async function whileFull(then: () => Promise<void>): Promise<void> {
    const door = gate.door();
    const running = invoke(door);
    await reached(door, running);
    await then();
    door.open();
    await running;
  }

  test('has one more refused, by Invoke, as a stream and at URLs of both kinds', async () => {
    await whileFull(async () => {
      await refused();
      await refused({ Qualifier: '$LATEST' });
      await assert.rejects(stream(gate.door()), full);
      for (const name of ['whole', 'streamed']) {
        const { status, headers, body } = await url(name, gate.door());
        assert.deepEqual([status, headers['x-amzn-errortype']], [429, 'TooManyRequestsException']);
        const { Reason, Type, message } = JSON.parse(body);
        assert.deepEqual([Reason, Type, message], ['ConcurrentInvocationLimitExceeded', 'User', 'Rate Exceeded.']);
      }
    });
  });

  test('has an event taken all the same, which runs when there is a place', async () => {
    const door = gate.door();
    await whileFull(async () => {
      assert.equal(Object(await invoke(door, { InvocationType: 'Event' })).StatusCode, 202);
      assert.equal(await counted(), 1);
    });
    await door.reached;
    assert.equal(await counted(), 1);
    door.open();
    await ended();
  });

  test('has threads wait for a place, as many as come', async () => {
    const doors = [gate.door(), gate.door()];
    const waiting: Promise<void>[] = [];
    await whileFull(async () => {
      waiting.push(...doors.map(thread));
      await refused();
      assert.equal(await counted(), 1);
    });
    // Whichever comes first.
    const early = Promise.all(waiting).then(() => Promise.reject(new Error('They ended without having been let in.')));
    early.catch(() => undefined); // At the end they have.
    for (const left = new Set(doors); left.size > 0;) {
      const door = await Promise.race([...Array.from(left, async (one) => (await one.reached, one)), early]);
      await refused();
      assert.equal(await counted(), 1);
      door.open();
      left.delete(door);
    }
    await Promise.all(waiting);
    await ended();
  });

  test('has a thread of a thread run in the same place', async () => {
    const nested = async (): Promise<string> => {
      const { spawn: within } = await import('heddle');
      return await within((a: string, b: string) => a + b, ['do', 'ne']);
    };
    assert.equal(await spawn(nested, [], { timeoutMs: 120_000 }), 'done');
  });

  test('is not in the way of another account', async () => {
    await whileFull(async () => {
      await deploy(service, 'theirs', "exports.handler = async () => 'theirs';");
      const { Payload } = await service.client.send(new InvokeCommand({ FunctionName: 'theirs' }));
      assert.equal(Payload?.transformToString(), '"theirs"');
    });
  });
});
