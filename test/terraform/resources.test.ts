import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { FakeWorkerManager } from '../../src/frontend/testing/fake-worker-manager.ts';
import { startTestFrontend, type TestFrontend } from '../../src/frontend/testing/test-frontend.ts';
import { zipOf } from '../../src/frontend/testing/zip-of.ts';
import { FunctionResource, type FunctionConfig } from './function.ts';
import {
  alias,
  eventInvokeConfig,
  eventSourceMapping,
  functionUrl,
  layerVersion,
  permission,
  provisionedConcurrency,
} from './of-functions.ts';
import { Provider } from './provider.ts';
import { live } from './resource.ts';

/** Code as the provider has it: its zip in base64, and its hash. */
async function code(text: string): Promise<Pick<FunctionConfig, 'zip' | 'source_code_hash'>> {
  const zip = await zipOf({ 'index.mjs': text });
  return { zip: zip.toString('base64'), source_code_hash: createHash('sha256').update(zip).digest('base64') };
}

async function config(changes: Partial<FunctionConfig> = {}): Promise<FunctionConfig> {
  return {
    ...(await code('export const handler = () => 1;')),
    description: '',
    handler: 'index.handler',
    runtime: 'nodejs24.x',
    memory_size: 128,
    timeout: 3,
    environment: {},
    layers: [],
    publish: false,
    reserved_concurrent_executions: -1,
    tags: {},
    tracing_config: 'PassThrough',
    logging_config: { LogFormat: 'Text' },
    ephemeral_storage: 512,
    ...changes,
  };
}

/** Containers are ready a moment after they were asked for. */
function initialiseSoon(manager: FakeWorkerManager): void {
  manager.provision = (_key, parts) => {
    const requested = parts.reduce((sum, { count }) => sum + count, 0);
    manager.provisionedState = requested === 0 ? undefined : { requested, available: 0, status: 'IN_PROGRESS' };
    setImmediate(() => {
      if (requested > 0) manager.provisionedState = { requested, available: requested, status: 'READY' };
    });
  };
}

describe('what Terraform’s AWS provider sends', () => {
  let service: TestFrontend;
  let provider: Provider;
  before(async () => {
    service = await startTestFrontend();
    provider = new Provider(service);
  });
  after(() => service[Symbol.asyncDispose]());

  /** A function with two published versions, for what belongs to one. */
  async function published(name: string): Promise<void> {
    const first = await config({ publish: true });
    const fn = new FunctionResource(provider, name);
    await fn.create(first);
    await fn.read();
    await fn.update(first, { ...first, memory_size: 256 });
    await fn.read();
    assert.equal(fn.version, '2');
  }

  test('aws_lambda_function', async () => {
    const first = await config({ tags: { team: 'a', 'a:b/c': 'x y' }, environment: { STAGE: 'dev' } });
    const changed = {
      ...first,
      ...(await code('export const handler = () => 2;')),
      description: 'more',
      memory_size: 512,
    };
    const bare = { ...changed, environment: {}, tags: { team: 'b' }, timeout: 30, tracing_config: 'Active' };
    const logging_config = {
      LogFormat: 'JSON',
      ApplicationLogLevel: 'DEBUG',
      SystemLogLevel: 'WARN',
      LogGroup: 'ours',
    };
    const logs = { ...bare, logging_config, ephemeral_storage: 1_024 };
    await live(new FunctionResource(provider, 'life'), [first, changed, bare, logs]);
  });

  test('aws_lambda_function with publish', async () => {
    const first = await config({ publish: true });
    const fn = new FunctionResource(provider, 'publishes');
    const more = { ...first, ...(await code('export const handler = () => 3;')) };
    await live(fn, [first, more, { ...more, timeout: 4 }]);
    assert.equal(fn.version, '3');
  });

  test('aws_lambda_function with reserved_concurrent_executions', async () => {
    const first = await config({ reserved_concurrent_executions: 2 });
    const fn = new FunctionResource(provider, 'reserves');
    await live(fn, [
      first,
      { ...first, reserved_concurrent_executions: 0 },
      { ...first, reserved_concurrent_executions: -1 },
    ]);
  });

  test('aws_lambda_layer_version, and a function that uses it', async () => {
    const layer = {
      ...(await code('the same')),
      compatible_architectures: ['x86_64'],
      compatible_runtimes: ['nodejs24.x', 'python3.13'],
      description: 'd',
      license_info: 'MIT',
    };
    const used = layerVersion(provider, 'used');
    await used.create(layer);
    const without = await config();
    const withLayer = { ...without, layers: [used.arn()] };
    await live(new FunctionResource(provider, 'layered'), [withLayer, without, withLayer]);
    await live(layerVersion(provider, 'life'), [layer, { ...layer, description: 'other' }]);
  });

  test('aws_lambda_alias', async () => {
    await published('aliased');
    const first = { description: 'd', function_version: '1' };
    await live(alias(provider, 'aliased', 'live'), [
      first,
      { ...first, description: '', routing_config: { '2': 0.1 } },
      { description: 'e', function_version: '2' },
    ]);
  });

  test('aws_lambda_permission, of a function and of an alias', async () => {
    await published('permitted');
    await alias(provider, 'permitted', 'live').create({ description: '', function_version: '1' });
    const allowed = {
      action: 'lambda:InvokeFunction',
      principal: 'events.amazonaws.com',
      source_account: '123456789012',
      source_arn: 'arn:aws:events:eu-west-1:123456789012:rule/each-minute',
    };
    const other = { ...allowed, principal: 's3.amazonaws.com', source_arn: 'arn:aws:s3:::pictures' };
    const beside = permission(provider, 'permitted', 'beside');
    await live(permission(provider, 'permitted', 'alone'), [allowed, other]);
    await beside.create(other);
    await live(permission(provider, 'permitted', 'alone'), [allowed, other]);
    assert.deepEqual(await beside.read(), other);
    await live(permission(provider, 'permitted', 'alone', 'live'), [allowed, other]);
  });

  test('aws_lambda_function_url', async () => {
    await published('addressed');
    const open = { authorization_type: 'NONE', invoke_mode: 'BUFFERED' };
    const cors = { AllowCredentials: true, AllowMethods: ['GET'], AllowOrigins: ['https://example.com'], MaxAge: 60 };
    await live(functionUrl(provider, 'addressed'), [
      open,
      { ...open, cors, invoke_mode: 'RESPONSE_STREAM' },
      { ...open, cors, authorization_type: 'AWS_IAM' },
    ]);
  });

  test('aws_lambda_function_event_invoke_config, of a function and of a version', async () => {
    await published('invoked');
    const first = { maximum_event_age_in_seconds: 60, maximum_retry_attempts: 0 };
    await published('told');
    const destination = `arn:aws:lambda:${provider.region}:${service.key.account}:function:told`;
    for (const qualifier of [undefined, '1'])
      await live(eventInvokeConfig(provider, 'invoked', qualifier), [
        first,
        { ...first, destination, maximum_retry_attempts: 2 },
        first,
      ]);
  });

  test('aws_lambda_provisioned_concurrency_config', async () => {
    await published('provisioned');
    initialiseSoon(service.workerManager);
    await live(provisionedConcurrency(provider, 'provisioned', '1'), [
      { provisioned_concurrent_executions: 1 },
      { provisioned_concurrent_executions: 2 },
    ]);
  });

  test('aws_lambda_event_source_mapping', async () => {
    await published('fed');
    await service.queues.admin.create({ account: service.key.account, name: 'queue' }, {}, {});
    const event_source_arn = `arn:aws:sqs:${provider.region}:${service.key.account}:queue`;
    const first = { batch_size: 10, enabled: true, event_source_arn };
    await live(eventSourceMapping(provider, 'fed'), [first, { ...first, batch_size: 5 }, { ...first, enabled: false }]);
  });

  test('what is not there is told by 404 where it is read, also before anything was made', async () => {
    for (const path of [
      '/2015-03-31/functions/none',
      '/2018-10-31/layers/none/versions/1',
      '/2015-03-31/functions/none/policy',
    ])
      assert.equal(await provider.find(path), undefined);
  });
});
