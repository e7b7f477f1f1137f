import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import {
  CreateAliasCommand,
  DeleteFunctionConcurrencyCommand,
  DeleteProvisionedConcurrencyConfigCommand,
  GetAccountSettingsCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  GetProvisionedConcurrencyConfigCommand,
  ListProvisionedConcurrencyConfigsCommand,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutProvisionedConcurrencyConfigCommand,
  TagResourceCommand,
  TooManyRequestsException,
  type CreateFunctionCommandInput,
  type GetProvisionedConcurrencyConfigCommandOutput,
} from '@aws-sdk/client-lambda';
import { zipOf } from '../../src/frontend/testing/zip-of.ts';
import type { InstanceSnapshot } from '../../src/model/snapshot.ts';
import { driversUnderTest } from '../e2e/drivers.ts';
import { idleExtension } from '../e2e/idle-extension.ts';
import { deploy, invoke, newHome, startHeddle, type RunningService } from '../e2e/service.ts';
import { openGate, type Gate } from './gate.ts';

/** Tells when its module was loaded, how often it was called, and what AWS tells of its start. */
const counts = `
const loadedAt = Date.now();
let calls = 0;
console.log('module loaded');
exports.handler = async (event) => {
  calls += 1;
  if (event.door) await fetch(event.door);
  if (event.ms) await new Promise((resolve) => setTimeout(resolve, event.ms));
  return { loadedAt, calls, type: process.env.AWS_LAMBDA_INITIALIZATION_TYPE };
};`;

const python = `
import os, time
loaded_at = time.time() * 1000
def handler(event, context):
    return {"loadedAt": loaded_at, "type": os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]}
`;

const bash = `#!/bin/bash
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
loaded=$(date +%s%3N)
while true; do
  head=$(mktemp); curl -sS -D "$head" "$api/next" > /dev/null
  id=$(grep -i '^Lambda-Runtime-Aws-Request-Id' "$head" | tr -d '[:space:]' | cut -d: -f2)
  curl -sS -X POST "$api/$id/response" -d "{\\"loadedAt\\": $loaded, \\"type\\": \\"$AWS_LAMBDA_INITIALIZATION_TYPE\\"}" > /dev/null
done
`;

for (const { name: driver, skip } of await driversUnderTest({ usual: 'host' })) {
  if (driver === 'microvm') continue;
  describe(`capacity, driver ${driver}`, { skip }, () => {
    let service: RunningService;
    let gate: Gate;
    before(async () => {
      gate = await openGate();
      service = await startHeddle(
        await newHome(),
        '--driver',
        driver,
        '--account-concurrency',
        '20',
        '--unreserved-concurrency',
        '5',
      );
    });
    after(() => Promise.all([service[Symbol.asyncDispose](), gate[Symbol.asyncDispose]()]));

    async function published(
      name: string,
      code: string,
      more: Partial<CreateFunctionCommandInput> = {},
    ): Promise<string> {
      await deploy(service, name, code, { MemorySize: 128, Tags: gate.tags, ...more });
      const { Version } = await service.client.send(new PublishVersionCommand({ FunctionName: name }));
      return Version ?? assert.fail('no version was published');
    }

    /** Looks until it is no longer in progress. */
    async function settled(
      FunctionName: string,
      Qualifier: string,
    ): Promise<GetProvisionedConcurrencyConfigCommandOutput> {
      for (;;) {
        const state = await service.client.send(
          new GetProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier }),
        );
        if (state.Status !== 'IN_PROGRESS') return state;
        await wait(20);
      }
    }

    /** So many calls at once, none of which ends before as many are refused; gives why they were. */
    async function refusalsOf(FunctionName: string, calls: number, refused: number): Promise<readonly unknown[]> {
      const door = gate.door();
      const reasons: unknown[] = [];
      const crowd = Array.from({ length: calls }, () => invoke(service, FunctionName, { door: door.url }));
      const enough = Promise.withResolvers<void>();
      for (const call of crowd) call.catch((error: unknown) => reasons.push(error) === refused && enough.resolve());
      await Promise.race([enough.promise, Promise.allSettled(crowd)]);
      door.open();
      await Promise.allSettled(crowd);
      return reasons;
    }

    test('what is reserved is a limit, a promise, and at 0 the end', async (t) => {
      const FunctionName = 'limited';
      await deploy(service, FunctionName, counts, { MemorySize: 128, Tags: gate.tags });
      // Others would have nothing left, whatever fails here.
      t.after(() => service.client.send(new DeleteFunctionConcurrencyCommand({ FunctionName })));
      const put = (n: number): PutFunctionConcurrencyCommand =>
        new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: n });
      const { ReservedConcurrentExecutions } = await service.client.send(put(1));
      assert.equal(ReservedConcurrentExecutions, 1);
      const refused = await refusalsOf(FunctionName, 3, 2);
      assert.equal(refused.length, 2);
      for (const error of refused) {
        assert.ok(error instanceof TooManyRequestsException);
        assert.deepEqual(
          [error.Reason, error.message, error.Type],
          ['ReservedFunctionConcurrentInvocationLimitExceeded', 'Rate Exceeded.', 'User'],
        );
      }
      await service.client.send(put(15));
      const { AccountLimit } = await service.client.send(new GetAccountSettingsCommand({}));
      assert.deepEqual([AccountLimit?.ConcurrentExecutions, AccountLimit?.UnreservedConcurrentExecutions], [20, 5]);
      const { Concurrency } = await service.client.send(new GetFunctionCommand({ FunctionName }));
      assert.deepEqual(Concurrency, { ReservedConcurrentExecutions: 15 });
      await assert.rejects(
        service.client.send(put(16)),
        /^InvalidParameterValueException: Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of \[5\]\./,
      );
      const crowd = await refusalsOf('others', 8, 3);
      assert.deepEqual(
        crowd.map((error) => Object(error).Reason),
        Array.from({ length: 3 }, () => 'ConcurrentInvocationLimitExceeded'),
      );
      await service.client.send(put(0));
      await assert.rejects(invoke(service, FunctionName), {
        Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      });
      await service.client.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
      const none = await service.client.send(new GetFunctionConcurrencyCommand({ FunctionName }));
      assert.equal(none.ReservedConcurrentExecutions, undefined);
      assert.ok((await invoke(service, FunctionName)).payload);
    });

    const kinds: readonly [name: string, more: () => Promise<Partial<CreateFunctionCommandInput>>][] = [
      ['node', async () => ({})],
      ['own-node', async () => ({ Environment: { Variables: { NODE_OPTIONS: '--max-http-header-size=9000' } } })],
      [
        'snake',
        async () => ({
          Runtime: 'python3.11',
          Handler: 'app.handler',
          Code: { ZipFile: await zipOf({ 'app.py': python }) },
        }),
      ],
      [
        'program',
        async () => ({
          Runtime: 'provided.al2023',
          Handler: 'any',
          Code: { ZipFile: await zipOf({ bootstrap: bash }, 0o755) },
        }),
      ],
      [
        'extended',
        async () => {
          const Content = { ZipFile: await zipOf({ 'extensions/idle': idleExtension }, 0o755) };
          const { LayerVersionArn = '' } = await service.client.send(
            new PublishLayerVersionCommand({ LayerName: 'idle', Content }),
          );
          return { Layers: [LayerVersionArn] };
        },
      ],
    ];
    for (const [kind, more] of kinds)
      test(`a version of ${kind} that is provisioned was initialised before it is called`, async () => {
        const FunctionName = `ready-${kind}`;
        const Qualifier = await published(FunctionName, counts, await more());
        const begun = await service.client.send(
          new PutProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier, ProvisionedConcurrentExecutions: 1 }),
        );
        assert.deepEqual([begun.$metadata.httpStatusCode, begun.RequestedProvisionedConcurrentExecutions], [202, 1]);
        const state = await settled(FunctionName, Qualifier);
        assert.deepEqual(
          [
            state.Status,
            state.AvailableProvisionedConcurrentExecutions,
            state.AllocatedProvisionedConcurrentExecutions,
          ],
          ['READY', 1, 1],
          state.StatusReason,
        );
        const calledAt = Date.now();
        const first = await invoke(service, FunctionName, {}, { Qualifier });
        assert.equal(first.path, 'provisioned-container');
        const { loadedAt, type } = Object(first.payload);
        assert.ok(loadedAt <= calledAt, `It was loaded ${loadedAt - calledAt} ms after it was called.`);
        assert.equal(type, 'provisioned-concurrency');
        assert.doesNotMatch(first.log, /Init Duration|module loaded/);
        let again = await invoke(service, FunctionName, {}, { Qualifier });
        // Its extension may take longer than calls wait for it.
        while (kind === 'extended' && again.path !== 'provisioned-container') {
          await wait(100);
          again = await invoke(service, FunctionName, {}, { Qualifier });
        }
        assert.deepEqual([again.path, again.container], ['provisioned-container', first.container]);
        assert.equal((await invoke(service, FunctionName)).path === 'provisioned-container', false, '$LATEST has none');
        await service.client.send(new DeleteProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier }));
        await assert.rejects(
          service.client.send(new GetProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier })),
          /^ProvisionedConcurrencyConfigNotFoundException: No Provisioned Concurrency Config found for this function/,
        );
      });

    test('an alias has its own, beyond it calls start as others, and one that ends is replaced', async () => {
      const FunctionName = 'aliased';
      const FunctionVersion = await published(
        FunctionName,
        `${counts}\nconst { handler } = exports;\nexports.handler = (event) => event.exit ? process.exit(1) : handler(event);`,
      );
      await service.client.send(new CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion }));
      const Qualifier = 'live';
      await service.client.send(
        new PutProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier, ProvisionedConcurrentExecutions: 2 }),
      );
      assert.equal((await settled(FunctionName, Qualifier)).Status, 'READY');
      const door = gate.door();
      const calls = Array.from({ length: 4 }, () => invoke(service, FunctionName, { door: door.url }, { Qualifier }));
      await Promise.race([door.reachedBy(4), Promise.all(calls)]);
      door.open();
      const answers = await Promise.all(calls);
      assert.equal(
        new Set(answers.filter(({ path }) => path === 'provisioned-container').map(({ container }) => container)).size,
        2,
      );
      assert.ok(answers.some(({ path }) => path !== 'provisioned-container'));
      const { ProvisionedConcurrencyConfigs } = await service.client.send(
        new ListProvisionedConcurrencyConfigsCommand({ FunctionName }),
      );
      assert.deepEqual(
        ProvisionedConcurrencyConfigs?.map(({ FunctionArn, RequestedProvisionedConcurrentExecutions }) => [
          FunctionArn?.split(':').at(-1),
          RequestedProvisionedConcurrentExecutions,
        ]),
        [['live', 2]],
      );
      await assert.rejects(
        service.client.send(
          new PutProvisionedConcurrencyConfigCommand({
            FunctionName,
            Qualifier: FunctionVersion,
            ProvisionedConcurrentExecutions: 1,
          }),
        ),
        /^ResourceConflictException: Version is pointed by a Provisioned Concurrency alias/,
      );
      const gone = await invoke(service, FunctionName, { exit: true }, { Qualifier });
      assert.equal(gone.functionError, 'Unhandled');
      assert.equal((await settled(FunctionName, Qualifier)).Status, 'READY');
      const after = await invoke(service, FunctionName, {}, { Qualifier });
      assert.equal(after.path, 'provisioned-container');
    });

    test('what cannot be initialised is FAILED and says why, and what is not published is refused', async () => {
      const FunctionName = 'broken';
      const Qualifier = await published(FunctionName, 'throw new RangeError("not today");');
      await service.client.send(
        new PutProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier, ProvisionedConcurrentExecutions: 1 }),
      );
      const state = await settled(FunctionName, Qualifier);
      assert.equal(state.Status, 'FAILED');
      assert.match(state.StatusReason ?? '', /^FUNCTION_ERROR_INIT_FAILURE: RangeError: not today/);
      await service.client.send(new DeleteProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier }));
      const put = (qualifier: string, n: number): Promise<unknown> =>
        service.client.send(
          new PutProvisionedConcurrencyConfigCommand({
            FunctionName,
            Qualifier: qualifier,
            ProvisionedConcurrentExecutions: n,
          }),
        );
      await assert.rejects(
        put('$LATEST', 1),
        /^InvalidParameterValueException: Provisioned Concurrency Configs cannot be applied to unpublished function versions\./,
      );
      await assert.rejects(put('7', 1), /^ResourceNotFoundException: Function not found: .*:broken:7/);
      await assert.rejects(
        put(Qualifier, 0),
        /^ValidationException: .*'provisionedConcurrentExecutions' .* greater than or equal to 1/,
      );
      await assert.rejects(
        put(Qualifier, 18),
        /^InvalidParameterValueException: Specified ConcurrentExecutions for function decreases account's Unreserved/,
      );
    });

    test('a function with dedicated instances shares them with nobody and always has one; `heddle ps` says so', async () => {
      const Tags = { 'heddle:capacity': 'dedicated' };
      await deploy(service, 'alone', counts, { MemorySize: 128, Tags });
      await until(async () =>
        (await ps()).some(
          ({ dedicatedTo, containers }) =>
            dedicatedTo === 'alone' && containers.some(({ capacity }) => capacity === 'provisioned'),
        ),
      );
      const own = await invoke(service, 'alone');
      assert.equal(own.path, 'provisioned-container');
      assert.equal(Object(own.payload).type, 'provisioned-concurrency');
      const other = await invoke(service, 'others');
      assert.notEqual(other.instance, own.instance);
      const tag = (tags: Record<string, string>): Promise<unknown> =>
        service.client.send(new TagResourceCommand({ Resource: arnOf('alone'), Tags: tags }));
      await assert.rejects(
        tag({ 'heddle:capacity-ceiling': '3' }),
        /^InvalidParameterValueException: The tag heddle:capacity-ceiling is for functions with heddle:capacity=variable; this one has dedicated/,
      );
      await assert.rejects(
        tag({ 'heddle:capacity': 'golden' }),
        /^InvalidParameterValueException: The tag heddle:capacity is 'golden'; it should be/,
      );
      await tag({ 'heddle:capacity': 'variable', 'heddle:capacity-ceiling': '1' });
      const answers = await Promise.all([1, 2, 3].map(() => invoke(service, 'alone', { ms: 100 })));
      assert.equal(new Set(answers.map(({ container }) => container)).size, 1, 'a ceiling of 1 makes them wait');
      const dedicated = (await ps()).filter(({ dedicatedTo }) => dedicatedTo === 'alone');
      assert.ok(dedicated.every(({ containers }) => containers.every(({ capacity }) => capacity === undefined)));
      assert.ok(
        (await ps()).some(({ containers }) =>
          containers.some(({ functionName, capacity }) => functionName === 'alone' && capacity === 'variable'),
        ),
      );
    });

    const arnOf = (name: string): string => `${arns.get('others')?.slice(0, -'others'.length)}${name}`;
    const arns = new Map<string, string>();
    before(async () => {
      await deploy(service, 'others', counts, { MemorySize: 128, Tags: gate.tags });
      const { Configuration } = await service.client.send(new GetFunctionCommand({ FunctionName: 'others' }));
      arns.set('others', Configuration?.FunctionArn ?? '');
    });

    /** What `heddle ps --json` says of instances. */
    async function ps(): Promise<InstanceSnapshot[]> {
      const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
      const { stdout } = await promisify(execFile)(process.execPath, [main, 'ps', '--json', '--home', service.home]);
      const { instances }: { instances: InstanceSnapshot[] } = JSON.parse(stdout);
      return instances;
    }

    async function until(holds: () => Promise<boolean>): Promise<void> {
      while (!(await holds())) await wait(50);
    }
  });
}
