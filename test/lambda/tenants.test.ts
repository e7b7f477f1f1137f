import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import {
  CreateFunctionUrlConfigCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  PublishVersionCommand,
  PutProvisionedConcurrencyConfigCommand,
  UpdateFunctionConfigurationCommand,
  type CreateFunctionCommandInput,
} from '@aws-sdk/client-lambda';
import { zipOf } from '../../src/frontend/testing/zip-of.ts';
import type { InstanceSnapshot } from '../../src/model/snapshot.ts';
import { driversUnderTest } from '../e2e/drivers.ts';
import { deploy, invoke, newHome, startHeddle, type Answer, type RunningService } from '../e2e/service.ts';

const TenancyConfig = { TenantIsolationMode: 'PER_TENANT' } as const;

/** Says for whom it runs, and for whom it ran before in the same process. */
const remembers = `
const before = [];
exports.handler = async (event, context) => {
  before.push(context.tenantId);
  return before;
};`;

const startsThreads = join(import.meta.dirname, 'fixtures/starts-threads.ts');

const python = `
def handler(event, context):
    return context.tenant_id
`;

const bash = `#!/bin/bash
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while true; do
  head=$(mktemp); curl -sS -D "$head" "$api/next" > /dev/null
  id=$(grep -i '^Lambda-Runtime-Aws-Request-Id' "$head" | tr -d '[:space:]' | cut -d: -f2)
  tenant=$(grep -i '^Lambda-Runtime-Aws-Tenant-Id' "$head" | tr -d '[:space:]' | cut -d: -f2)
  curl -sS -X POST "$api/$id/response" -d "\\"$tenant\\"" > /dev/null
done
`;

for (const { name: driver, skip } of await driversUnderTest({ usual: 'host' })) {
  // An emulated machine boots for minutes; who gets which instance is decided outside of it.
  if (driver === 'microvm') continue;
  describe(`tenants, driver ${driver}`, { skip }, () => {
    let service: RunningService;
    before(async () => {
      service = await startHeddle(await newHome(), '--driver', driver);
    });
    after(() => service[Symbol.asyncDispose]());

    const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
    const heddle = async (...args: string[]): Promise<string> =>
      (await promisify(execFile)(process.execPath, [main, ...args, '--home', service.home])).stdout;
    const call = (name: string, TenantId: string): Promise<Answer> => invoke(service, name, {}, { TenantId });
    const deployed = async (name: string, more: Partial<CreateFunctionCommandInput>): Promise<void> =>
      await deploy(service, name, remembers, { TenancyConfig, MemorySize: 128, ...more });

    test('no container and no instance is shared between them, also under a crowd', async () => {
      await deployed('apart', {});
      const { TenancyConfig: said } = await service.client.send(
        new GetFunctionConfigurationCommand({ FunctionName: 'apart' }),
      );
      assert.deepEqual(said, TenancyConfig);
      const tenants = ['blue', 'green', 'user@example.org/a b'];
      const calls = tenants.flatMap((tenant) => Array.from({ length: 6 }, () => tenant));
      const answers = await Promise.all(calls.map(async (tenant) => ({ tenant, ...(await call('apart', tenant)) })));
      const owners = new Map<string, string>();
      for (const { tenant, payload, instance, container } of answers) {
        assert.deepEqual(new Set(Object.values(payload ?? {})), new Set([tenant]));
        for (const place of [instance, container]) {
          assert.equal(owners.get(place) ?? tenant, tenant);
          owners.set(place, tenant);
        }
      }
      const again = await call('apart', 'green');
      assert.equal(again.path, 'reused-container');
      assert.equal(owners.get(again.instance), 'green');
    });

    test('and none with functions of the same account that have no tenants', async () => {
      await deploy(service, 'plain', remembers, { MemorySize: 128 });
      const plain = await invoke(service, 'plain');
      assert.deepEqual(plain.payload, [null]);
      assert.notEqual((await call('apart', 'blue')).instance, plain.instance);
    });

    test('nor by the threads that code starts which runs for them', async () => {
      // The program packs it; only the API makes functions that have tenants.
      await heddle('deploy', startsThreads, '--name', 'packed', '--timeout', '60');
      const { Code, Configuration } = await service.client.send(new GetFunctionCommand({ FunctionName: 'packed' }));
      const ZipFile = new Uint8Array(await (await fetch(Code?.Location ?? '')).arrayBuffer());
      const how = { Handler: Configuration?.Handler, MemorySize: 256, Timeout: 60 };
      await deployed('starts', { ...how, Code: { ZipFile } });
      const tenants = ['blue', 'green'];
      const ran = await Promise.all(tenants.map(async (tenant) => (await call('starts', tenant)).payload));
      const [blue, green] = ran.map((payload) => new Set(Object.values(payload ?? {}).map(String)));
      assert.ok(blue !== undefined && green !== undefined);
      for (const instance of [...blue, ...green]) assert.match(instance, /^i-/);
      assert.ok(blue.isDisjointFrom(green), `Threads of both ran in ${[...blue.intersection(green)].join(', ')}.`);
      const { instances }: { instances: InstanceSnapshot[] } = JSON.parse(await heddle('ps', '--json'));
      for (const [tenant, own] of [
        ['blue', blue],
        ['green', green],
      ] as const)
        for (const id of own) assert.equal(instances.find((one) => one.id === id)?.tenantId, tenant);
    });

    test('Python and programs of functions’ own are told the tenant', async () => {
      const Code = { ZipFile: await zipOf({ 'app.py': python }) };
      await deployed('snake', { Runtime: 'python3.11', Handler: 'app.handler', Code });
      assert.equal((await call('snake', 'red')).payload, 'red');
      await deployed('own', {
        Runtime: 'provided.al2023',
        Handler: 'any',
        Code: { ZipFile: await zipOf({ bootstrap: bash }, 0o755) },
      });
      assert.equal((await call('own', 'red')).payload, 'red');
    });

    test('a log of JSON says whose invocation it is, in lines of the function and of the platform', async () => {
      const LoggingConfig = { LogFormat: 'JSON', SystemLogLevel: 'DEBUG' } as const;
      const Code = { ZipFile: await zipOf({ 'app.py': 'def handler(e, c): __import__("logging").error("mine")' }) };
      const snake = { Runtime: 'python3.11', Handler: 'app.handler', Code } as const;
      await deploy(service, 'says', "exports.handler = async () => console.log('mine');", {
        ...{ TenancyConfig, LoggingConfig },
      });
      await deployed('hisses', { ...snake, LoggingConfig });
      for (const name of ['says', 'hisses']) {
        const { log } = await call(name, 'user@example.org/a b');
        const lines = log
          .trimEnd()
          .split('\n')
          .map((line): Record<string, unknown> => Object(JSON.parse(line)));
        const said = lines.map(({ type = 'function', record, tenantId }) => [
          type,
          tenantId ?? Object(record).tenantId,
        ]);
        const types = ['platform.start', 'function', 'platform.runtimeDone', 'platform.report'];
        assert.deepEqual(
          said,
          types.map((type) => [type, 'user@example.org/a b']),
        );
      }
    });

    test('a call says for whom exactly where it should, and the setting stays', async () => {
      const refused = async (FunctionName: string, TenantId: string | undefined, words: RegExp): Promise<void> => {
        const command = new InvokeCommand({ FunctionName, ...(TenantId === undefined ? {} : { TenantId }) });
        await assert.rejects(service.client.send(command), words);
      };
      await refused(
        'apart',
        undefined,
        /^InvalidParameterValueException: The invoked function is enabled with tenancy configuration\. Add a valid/,
      );
      await refused(
        'plain',
        'blue',
        /^InvalidParameterValueException: The invoked function is not enabled with tenancy configuration\. Remove/,
      );
      await refused(
        'apart',
        'no;semicolon',
        /^ValidationException: .* at 'tenantId' failed to satisfy constraint: Member must satisfy regular/,
      );
      await refused(
        'apart',
        'x'.repeat(257),
        /^ValidationException: .* at 'tenantId' failed .* less than or equal to 256/,
      );
      const input = { FunctionName: 'plain', TenancyConfig };
      const update = new UpdateFunctionConfigurationCommand({ FunctionName: 'plain' });
      update.middlewareStack.add(
        (next) => (args) => {
          Object.assign(args.request ?? {}, { body: JSON.stringify(input) });
          return next(args);
        },
        { step: 'serialize', priority: 'low' },
      );
      await assert.rejects(
        service.client.send(update),
        /^InvalidParameterValueException: TenancyConfig is set when a function is created/,
      );
      await assert.rejects(
        service.client.send(new CreateFunctionUrlConfigCommand({ FunctionName: 'apart', AuthType: 'NONE' })),
        /^InvalidParameterValueException: Function URLs are not supported for functions with tenancy configuration/,
      );
      const { Version: Qualifier } = await service.client.send(new PublishVersionCommand({ FunctionName: 'apart' }));
      const put = { FunctionName: 'apart', Qualifier, ProvisionedConcurrentExecutions: 1 };
      await assert.rejects(
        service.client.send(new PutProvisionedConcurrencyConfigCommand(put)),
        /^InvalidParameterValueException: Provisioned concurrency is not supported for functions with tenancy/,
      );
      const bad = { TenancyConfig: { TenantIsolationMode: 'SHARED' as 'PER_TENANT' } };
      await assert.rejects(
        deploy(service, 'bad', remembers, bad),
        /^ValidationException: .*'tenancyConfig\.tenantIsolationMode'/,
      );
    });
  });
}
