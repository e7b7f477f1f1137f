import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { DeleteFunctionCommand, InvokeCommand } from '@aws-sdk/client-lambda';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { runCli } from '../../src/cli/testing.ts';
import { HeddleClient } from '../../src/sdk/client.ts';
import { findConnection } from '../../src/sdk/connection.ts';
import { driversUnderTest } from '../e2e/drivers.ts';
import { active, deploy, littleWarm, newHome, startHeddle, type RunningService } from '../e2e/service.ts';

/** What code finds, and may do with what it finds: by AWS's own clients, as they are. */
const code = `
const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts');
const { SQSClient, SendMessageCommand } = require('@aws-sdk/client-sqs');
const { LambdaClient, InvokeCommand, ListFunctionsCommand } = require('@aws-sdk/client-lambda');
const seen = (globalThis.seen ??= []);
const name = (error) => error.name + ': ' + error.message;
const said = (sending) => sending.then(() => 'ok', name);
const lambda = new LambdaClient({ maxAttempts: 1 });
exports.handler = async (event) => {
  if (event.remember) seen.push(event.remember);
  const { AWS_ACCESS_KEY_ID, AWS_CONTAINER_CREDENTIALS_FULL_URI: place, AWS_CONTAINER_AUTHORIZATION_TOKEN: token } = process.env;
  if (event.do === 'look') return { seen, env: Object.keys(process.env).filter((one) => one.startsWith('MY_')), memory: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE };
  if (event.do === 'fetch') return await fetch(event.url).then((answer) => answer.text(), (error) => String(error.cause?.code ?? error));
  if (event.do === 'hold') {
    const first = await said(lambda.send(new InvokeCommand({ FunctionName: 'other' })));
    await fetch(event.url);
    return [first, await said(lambda.send(new InvokeCommand({ FunctionName: 'other' })))];
  }
  if (event.do === 'credentials') {
    if (place === undefined) return { inEnvironment: AWS_ACCESS_KEY_ID !== undefined };
    const given = await (await fetch(place, { headers: { authorization: token } })).json();
    const refused = await fetch(place, { headers: { authorization: 'another' } });
    return { inEnvironment: AWS_ACCESS_KEY_ID !== undefined, leftMs: Date.parse(given.Expiration) - Date.now(), refused: refused.status };
  }
  const sts = new STSClient({ endpoint: process.env.HEDDLE_URL });
  const sqs = new SQSClient({ maxAttempts: 1 });
  return {
    who: await sts.send(new GetCallerIdentityCommand({})).then(({ Arn }) => Arn, name),
    jobs: await said(sqs.send(new SendMessageCommand({ QueueUrl: event.queues + '/jobs', MessageBody: 'm' }))),
    dead: await said(sqs.send(new SendMessageCommand({ QueueUrl: event.queues + '/dead', MessageBody: 'm' }))),
    invoke: await said(lambda.send(new InvokeCommand({ FunctionName: 'other' }))),
    list: await said(lambda.send(new ListFunctionsCommand({}))),
  };
};`;

const leavesThread = join(import.meta.dirname, 'fixtures/leaves-thread.ts');

const only = process.env['HEDDLE_TEST_DRIVER'];
for (const { name: driver, skip } of await driversUnderTest()) {
  // An emulated machine takes minutes for what is the same code.
  if (driver === 'microvm' || (only !== undefined && only !== driver)) continue;
  describe(`policies, driver ${driver}`, { skip }, () => {
    let service: RunningService;
    let admin: HeddleClient;
    let server: Server;
    let port = 0;
    /** Called when code asks for it; what it answers with is waited for. */
    let arrived: (request: IncomingMessage) => Promise<void> = async () => undefined;
    before(async () => {
      server = createServer((request, response) => void arrived(request).then(() => response.end('reached'))).listen(0);
      await once(server, 'listening');
      const address = server.address();
      port = typeof address === 'object' ? (address?.port ?? 0) : 0;
      const egress = `public host.heddle.internal:${port}`;
      service = await startHeddle(await newHome(), '--driver', driver, ...littleWarm, '--egress', egress);
      admin = new HeddleClient(findConnection(service.home, {}));
      const { accessKeyId, secretAccessKey } = findConnection(service.home, {});
      const sqs = new SQSClient({
        endpoint: service.url,
        region: service.region,
        credentials: { accessKeyId, secretAccessKey },
      });
      for (const QueueName of ['jobs', 'dead']) await sqs.send(new CreateQueueCommand({ QueueName }));
      sqs.destroy();
      await deploy(service, 'other', 'exports.handler = async () => 1;');
    });
    after(async () => {
      admin[Symbol.dispose]();
      server.close();
      server.closeAllConnections();
      await service[Symbol.asyncDispose]();
    });

    const url = (): string => `http://host.heddle.internal:${port}/`;
    async function set(name: string, policy: object): Promise<void> {
      await admin.admin('PUT', `/policies/${name}`, { body: { policy } });
    }

    async function call(
      name: string,
      event: object,
      policy?: string,
    ): Promise<{ answer: unknown; container: string; path: string }> {
      const more = policy === undefined ? {} : { policy };
      const { payload, functionError, container, startPath } = await admin.invoke(
        name,
        Buffer.from(JSON.stringify(event)),
        more,
      );
      const answer: unknown = JSON.parse(Buffer.from(payload).toString());
      assert.equal(functionError, undefined, JSON.stringify(answer));
      return { answer, container, path: startPath };
    }

    test('a request with a tighter policy runs in a container of its own, where nothing is of what others saw', async () => {
      const Environment = { Variables: { MY_STAGE: 'dev', MY_TOKEN: 'secret' } };
      await deploy(service, 'looker', code, { Environment, MemorySize: 512 });
      const first = await call('looker', { do: 'look', remember: 'a secret' });
      assert.deepEqual(first.answer, { seen: ['a secret'], env: ['MY_STAGE', 'MY_TOKEN'], memory: '512' });
      const policy = '{"env": ["MY_STAGE"], "memoryMb": 256, "egress": "none"}';
      const tight = await call('looker', { do: 'look' }, policy);
      assert.deepEqual(tight.answer, { seen: [], env: ['MY_STAGE'], memory: '256' });
      assert.notEqual(tight.container, first.container);
      const [again, same] = [await call('looker', { do: 'look' }), await call('looker', { do: 'look' }, policy)];
      assert.deepEqual([again.container, again.path], [first.container, 'reused-container']);
      assert.deepEqual([same.container, same.path], [tight.container, 'reused-container']);
      assert.equal((await call('looker', { do: 'fetch', url: url() })).answer, 'reached');
      assert.notEqual((await call('looker', { do: 'fetch', url: url() }, policy)).answer, 'reached');
    });

    test('a function’s role is who its code is, and all that it may; its SDKs are given credentials that end', async () => {
      await set('worker', { services: ['sqs:SendMessage jobs'] });
      await admin.admin('PUT', '/roles/worker', { body: { policies: ['worker'] } });
      const account = (await admin.admin('GET', '/status')).text('account');
      await deploy(service, 'worker', code, { Role: `arn:aws:iam::${account}:role/worker` });
      await deploy(service, 'plain', code);
      // Clients go where the address of a queue says.
      const queues = `http://heddle.internal/${account}`;
      const { answer } = await call('worker', { queues });
      const { who, jobs, dead, invoke, list } = Object(answer);
      assert.equal(who, `arn:aws:sts::${account}:assumed-role/worker/worker`);
      assert.equal(jobs, 'ok');
      for (const denied of [dead, invoke, list])
        assert.match(
          denied,
          /AccessDenied.*User: arn:aws:sts::\d{12}:assumed-role\/worker\/worker is not authorized to perform/,
        );
      const given = Object((await call('worker', { do: 'credentials' })).answer);
      assert.deepEqual([given.inEnvironment, given.refused], [false, 403]);
      assert.ok(given.leftMs > 1_500_000 && given.leftMs <= 3_660_000, String(given.leftMs));
      // Without a role all is as it was.
      assert.deepEqual((await call('plain', { do: 'credentials' })).answer, { inEnvironment: true });
      const plain = Object((await call('plain', { queues })).answer);
      assert.deepEqual([plain.jobs, plain.dead, plain.invoke], ['ok', 'ok', 'ok']);
      assert.match(plain.list, /may not ask for ListFunctions/);
    });

    test('credentials of code that runs are refused at once when its role is revoked, and its function removed', async () => {
      const account = (await admin.admin('GET', '/status')).text('account');
      await set('caller', { services: ['lambda:InvokeFunction other'], egress: `host.heddle.internal:${port}` });
      await admin.admin('PUT', '/roles/caller', { body: { policies: ['caller'] } });
      for (const [name, end] of [
        ['revoked', async () => await admin.admin('POST', '/roles/caller/revocation')],
        ['removed', async () => await service.client.send(new DeleteFunctionCommand({ FunctionName: 'removed' }))],
      ] as const) {
        await deploy(service, name, code, { Role: `arn:aws:iam::${account}:role/caller` });
        arrived = async () => void (await end());
        const answer = (await call(name, { do: 'hold', url: url() })).answer;
        arrived = async () => undefined;
        assert.ok(Array.isArray(answer));
        assert.equal(answer[0], 'ok');
        assert.match(answer[1], /UnrecognizedClientException|security token/);
      }
      // What begins then has new ones.
      await active(service, 'revoked');
      const again = (await call('revoked', { do: 'hold', url: url() })).answer;
      assert.deepEqual(again, ['ok', 'ok']);
    });

    test('a thread that code left behind ends when the role is revoked by which it runs', async () => {
      const [called, gone] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const asked: string[] = [];
      arrived = async ({ url: path = '', socket }) => {
        asked.push(path);
        if (path === '/left') return await called.promise;
        if (path !== '/called') return;
        called.resolve();
        socket.once('close', gone.resolve);
        await gone.promise;
      };
      await set('leaver', { services: ['heddle:StartThread'] });
      await admin.admin('PUT', '/roles/leaver', { body: { policies: ['leaver'] } });
      try {
        const flags = ['--name', 'leaver', '--role', 'leaver', '--timeout', '60'];
        const { code: exit, stderr } = await runCli(service.home, ['deploy', leavesThread, ...flags]);
        assert.equal(exit, 0, stderr);
        await call('leaver', { url: url() });
        await admin.admin('POST', '/roles/leaver/revocation');
        // It waits for an answer, and ends without one.
        await gone.promise;
        assert.deepEqual(asked.toSorted(), ['/called', '/left']);
      } finally {
        arrived = async () => undefined;
      }
    });

    test('a policy that is changed holds from the next call on', async () => {
      await set('moves', { egress: 'public' });
      await deploy(service, 'mover', code, { Tags: { 'heddle:policy': 'moves' } });
      assert.notEqual((await call('mover', { do: 'fetch', url: url() })).answer, 'reached');
      await set('moves', { egress: `host.heddle.internal:${port}` });
      assert.equal((await call('mover', { do: 'fetch', url: url() })).answer, 'reached');
      await set('moves', { apart: true });
      const { answer } = await call('mover', { queues: `${service.url}/x` });
      assert.doesNotMatch(JSON.stringify(answer), /"ok"/);
    });

    test('a thread has at most what its policy says, and what it starts has no more', async () => {
      const script = `
        import { connect, spawn } from 'heddle';
        const [url, accessKeyId, secretAccessKey, at] = process.argv.slice(2);
        await connect({ url, credentials: { accessKeyId, secretAccessKey } });
        const look = async (at) => [Object.keys(process.env).filter((one) => one.startsWith('MY_')), await fetch(at).then((a) => a.text(), () => 'refused')];
        const nested = async (at) => {
          const { spawn } = await import('heddle');
          return await spawn(async (at) => await fetch(at).then((a) => a.text(), () => 'refused'), [at], { egress: 'all' });
        };
        const env = { MY_A: '1', MY_B: '2' };
        console.log(JSON.stringify([
          await spawn(look, [at], { env }),
          await spawn(look, [at], { env, policy: { env: ['MY_A'], egress: 'public' } }),
          await spawn(nested, [at], { policy: 'moves-public' }),
          await spawn(nested, [at], { policy: { services: [] } }).then(() => 'started', () => 'not started'),
          await spawn(nested, [at], { policy: { apart: true } }).then(() => 'started', () => 'not started'),
          await spawn(look, [at], { policy: 'missing' }).then(() => 'ran', (error) => error.message),
        ]));
        process.exit(0);`;
      await set('moves-public', { egress: 'public' });
      const { accessKeyId, secretAccessKey } = findConnection(service.home, {});
      const { runScript } = await import('./run-script.ts');
      const said: unknown = JSON.parse(await runScript(script, [service.url, accessKeyId, secretAccessKey, url()]));
      assert.deepEqual(said, [
        [['MY_A', 'MY_B'], 'reached'],
        [['MY_A'], 'refused'],
        'refused',
        'not started',
        'not started',
        'There is no policy "missing" in this account.',
      ]);
    });

    test('what may not be invoked is told so in AWS’s words', async () => {
      const policy = '{"services": []}';
      const answer = Object((await call('plain', { queues: service.url }, policy)).answer);
      assert.match(
        answer.invoke,
        /AccessDeniedException: User: arn:aws:sts::\d{12}:assumed-role\/any\/plain is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:\d{12}:function:other because no identity-based policy allows the lambda:InvokeFunction action/,
      );
      await service.client.send(new InvokeCommand({ FunctionName: 'plain', Payload: Buffer.from('{"do":"look"}') }));
    });
  });
}
