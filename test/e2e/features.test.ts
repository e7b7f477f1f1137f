import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionUrlConfigCommand,
  GetProvisionedConcurrencyConfigCommand,
  InvokeWithResponseStreamCommand,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  PutProvisionedConcurrencyConfigCommand,
} from '@aws-sdk/client-lambda';
import { setTimeout as wait } from 'node:timers/promises';
import { shutdown } from '../../src/index.ts';
import { deployDurable, execute } from '../executions/durable-function.ts';
import { zipOf } from '../../src/frontend/testing/zip-of.ts';
import { openGate, type Gate } from '../lambda/gate.ts';
import { work } from '../threads/harness.ts';
import { driversUnderTest } from './drivers.ts';
import { idleExtension } from './idle-extension.ts';
import { deploy, invoke, littleWarm, newHome, startHeddle, type RunningService } from './service.ts';

// What is the same above all drivers has tests of its own that run on the usual one: here each is tried once on the others.

const says = `exports.handler = async (event, context) => ({ version: context.functionVersion, tenant: context.tenantId });`;

const streams = `
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  stream.write('first');
  await fetch(event.door);
  stream.end('last');
});`;

/** Answers with what it was given. */
const echo = `#!/bin/bash
api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
while true; do
  head=$(mktemp)
  event=$(curl -sS -D "$head" "$api/next")
  id=$(sed -n 's/^lambda-runtime-aws-request-id: *\\([^\\r]*\\)\\r*$/\\1/Ip' "$head")
  curl -sS -o /dev/null -X POST "$api/$id/response" -d "$event"
done
`;

const site = `exports.handler = async ({ rawPath }) => ({ statusCode: 201, body: 'at ' + rawPath });`;

for (const { name: driver, skip } of await driversUnderTest()) {
  // An emulated machine boots for minutes.
  if (driver !== 'gvisor') continue;
  describe(`features above the drivers, driver ${driver}`, { skip }, () => {
    let service: RunningService;
    let gate: Gate;
    before(async () => {
      [service, gate] = await Promise.all([
        newHome().then((home) => startHeddle(home, '--driver', driver, ...littleWarm)),
        openGate(),
      ]);
    });
    after(() => Promise.all([service[Symbol.asyncDispose](), gate[Symbol.asyncDispose]()]));

    test('a version and an alias run what was published, and one that is provisioned is there before its call', async () => {
      const FunctionName = 'shop';
      await deploy(service, FunctionName, says);
      const { Version: Qualifier = '' } = await service.client.send(new PublishVersionCommand({ FunctionName }));
      await service.client.send(new CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: Qualifier }));
      assert.equal(Object((await invoke(service, 'shop:live')).payload).version, Qualifier);
      assert.equal(Object((await invoke(service, 'shop')).payload).version, '$LATEST');
      await service.client.send(
        new PutProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier, ProvisionedConcurrentExecutions: 1 }),
      );
      const get = new GetProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier });
      while ((await service.client.send(get)).Status !== 'READY') await wait(50);
      assert.equal((await invoke(service, `shop:${Qualifier}`)).path, 'provisioned-container');
    });

    test('tenants have instances of their own', async () => {
      await deploy(service, 'apart', says, { TenancyConfig: { TenantIsolationMode: 'PER_TENANT' }, MemorySize: 128 });
      const answers = await Promise.all(
        ['blue', 'green'].map(async (TenantId) => ({
          TenantId,
          ...(await invoke(service, 'apart', {}, { TenantId })),
        })),
      );
      for (const { TenantId, payload } of answers) assert.equal(Object(payload).tenant, TenantId);
      assert.equal(new Set(answers.map(({ instance }) => instance)).size, 2);
    });

    test('an answer streams while its handler runs', async () => {
      await deploy(service, 'streams', streams, { Timeout: 60, Tags: gate.tags });
      const door = gate.door();
      const { EventStream = [] } = await service.client.send(
        new InvokeWithResponseStreamCommand({ FunctionName: 'streams', Payload: JSON.stringify({ door: door.url }) }),
      );
      const parts: string[] = [];
      let failed: string | undefined;
      for await (const { PayloadChunk, InvokeComplete } of EventStream) {
        if (PayloadChunk !== undefined) parts.push(Buffer.from(PayloadChunk.Payload ?? []).toString());
        // Its handler can only end when the first part is here.
        if (parts.join('') === 'first') door.open();
        failed = InvokeComplete?.ErrorCode ?? failed;
      }
      assert.deepEqual([parts.join(''), failed], ['firstlast', undefined]);
    });

    test('a function has a URL', async () => {
      const FunctionName = 'site';
      await deploy(service, FunctionName, site);
      const { FunctionUrl = '' } = await service.client.send(
        new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'NONE' }),
      );
      const all = { FunctionName, Principal: '*' };
      for (const more of [
        { StatementId: 'u', Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'NONE' as const },
        { StatementId: 'f', Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true },
      ])
        await service.client.send(new AddPermissionCommand({ ...all, ...more }));
      // By its path, which needs no resolver.
      const [id] = new URL(FunctionUrl).hostname.split('.');
      const answer = await fetch(`${service.url}/heddle/url/${id}/here`);
      assert.deepEqual([answer.status, await answer.text()], [201, 'at /here']);
    });

    test('a program of the function’s own answers by the Runtime API, beside an extension', async () => {
      const Content = { ZipFile: await zipOf({ 'extensions/idle': idleExtension }, 0o755) };
      const { LayerVersionArn = '' } = await service.client.send(
        new PublishLayerVersionCommand({ LayerName: 'idle', Content }),
      );
      const Code = { ZipFile: await zipOf({ bootstrap: echo }, 0o755) };
      const more = { Runtime: 'provided.al2023' as const, Handler: 'any', Layers: [LayerVersionArn], Timeout: 60 };
      await deploy(service, 'program', '', { ...more, Code });
      const { payload, log } = await invoke(service, 'program', { n: 1 });
      assert.deepEqual(payload, { n: 1 });
      assert.match(log, /^EXTENSION\tName: idle\tState: Ready\tEvents: \[INVOKE\]$/m);
      assert.deepEqual((await invoke(service, 'program', { n: 2 })).payload, { n: 2 });
    });

    test('a durable function goes on after a wait, and runs no step twice', async () => {
      await deployDurable(service, 'order');
      const { value, functionError } = await execute(service, 'order', { id: 5 });
      assert.equal(functionError, undefined, JSON.stringify(value));
      assert.deepEqual(value, { charged: { id: 5, run: 1 }, sent: 'shipped 5' });
    });

    test('short threads of a map come several at a time', async () => {
      process.env['HEDDLE_HOME'] = service.home;
      process.env['HEDDLE_URL'] = service.url;
      try {
        const items = Array.from({ length: 500 }, (_, n) => ({ n }));
        const got: number[] = [];
        for await (const n of work().tiny.map(items)) got.push(n);
        assert.deepEqual(
          got,
          items.map(({ n }) => n),
        );
      } finally {
        await shutdown();
        delete process.env['HEDDLE_URL'];
        delete process.env['HEDDLE_HOME'];
      }
    });
  });
}
