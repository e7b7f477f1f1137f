import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Lambda } from '@aws-sdk/client-lambda';
import { allowedLineage, type Lineage } from '../../../model/invocations/lineage.ts';
import { startTestFrontend } from '../../testing/test-frontend.ts';
import type { TestFrontend } from '../../testing/test-frontend.ts';
import { zipOf } from '../../testing/zip-of.ts';

describe('what is kept of a function beside its configuration, with the AWS SDK for JavaScript', () => {
  let service: TestFrontend;
  let client: Lambda;
  const FunctionName = 'f';
  before(async () => {
    service = await startTestFrontend();
    const { accessKeyId, secretAccessKey } = service.key;
    const credentials = { accessKeyId, secretAccessKey };
    client = new Lambda({ endpoint: service.url, region: service.region, credentials, maxAttempts: 1 });
    await client.createFunction({
      FunctionName,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::123456789012:role/any',
      Code: { ZipFile: await zipOf({ 'index.mjs': 'export const handler = async (event) => event;' }) },
    });
  });
  after(async () => {
    client.destroy();
    await service[Symbol.asyncDispose]();
  });

  test('loops are to be ended until something else is said', async () => {
    assert.equal((await client.getFunctionRecursionConfig({ FunctionName })).RecursiveLoop, 'Terminate');
    assert.equal(
      (await client.putFunctionRecursionConfig({ FunctionName, RecursiveLoop: 'Allow' })).RecursiveLoop,
      'Allow',
    );
    assert.equal((await client.getFunctionRecursionConfig({ FunctionName })).RecursiveLoop, 'Allow');
    await assert.rejects(client.getFunctionRecursionConfig({ FunctionName: 'none' }), {
      name: 'ResourceNotFoundException',
    });
    await client.putFunctionRecursionConfig({ FunctionName, RecursiveLoop: 'Terminate' });
  });

  test('a call that goes on with a loop is refused and counted, unless the function allows loops', async () => {
    const { accessKeyId, secretAccessKey } = service.key;
    const credentials = { accessKeyId, secretAccessKey };
    const looping = new Lambda({ endpoint: service.url, region: service.region, credentials, maxAttempts: 1 });
    let lineage: Lineage | undefined;
    // As the SDK does in a function, which has the variable of its invocation.
    looping.middlewareStack.add(
      (next) => async (args) => {
        const headers: Record<string, string> = Object(args.request).headers;
        headers['X-Amzn-Trace-Id'] = `Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0;Lineage=${lineage}`;
        return await next(args);
      },
      { step: 'build' },
    );
    const dropped = async (): Promise<string> => await (await fetch(new URL('/metrics', service.url))).text();
    const fn = { account: service.key.account, name: FunctionName };
    for (let n = 0; n < 16; n++) {
      const { StatusCode } = await looping.invoke({ FunctionName });
      assert.equal(StatusCode, 200);
      lineage = allowedLineage(lineage, fn);
    }
    const recursion = { name: 'RecursiveInvocationException', message: /in a recursive loop/ };
    await assert.rejects(looping.invoke({ FunctionName }), recursion);
    assert.match(await dropped(), /^heddle_recursive_invocations_dropped_total 1$/m);
    await client.putFunctionRecursionConfig({ FunctionName, RecursiveLoop: 'Allow' });
    assert.equal((await looping.invoke({ FunctionName })).StatusCode, 200);
    await client.putFunctionRecursionConfig({ FunctionName, RecursiveLoop: 'Terminate' });
    await assert.rejects(looping.invokeWithResponseStream({ FunctionName }), recursion);
    assert.match(await dropped(), /^heddle_recursive_invocations_dropped_total 2$/m);
    looping.destroy();
  });

  test('a runtime is renewed as it is said, and stays with a version that there is', async () => {
    const { RuntimeVersionConfig } = await client.getFunctionConfiguration({ FunctionName });
    const there = RuntimeVersionConfig?.RuntimeVersionArn ?? '';
    assert.match(there, /^arn:aws:lambda:eu-west-1::runtime:[0-9a-f]{64}$/);
    const first = await client.getRuntimeManagementConfig({ FunctionName });
    assert.equal(first.UpdateRuntimeOn, 'Auto');
    assert.match(first.FunctionArn ?? '', /:function:f:\$LATEST$/);
    const manual = { FunctionName, UpdateRuntimeOn: 'Manual' as const };
    await client.putRuntimeManagementConfig({ ...manual, RuntimeVersionArn: there });
    const kept = await client.getRuntimeManagementConfig({ FunctionName });
    assert.deepEqual([kept.UpdateRuntimeOn, kept.RuntimeVersionArn], ['Manual', there]);
    const refused = { name: 'InvalidParameterValueException' };
    await assert.rejects(client.putRuntimeManagementConfig(manual), {
      ...refused,
      message: /needs the RuntimeVersionArn/,
    });
    await assert.rejects(client.putRuntimeManagementConfig({ ...manual, RuntimeVersionArn: `${there}0` }), {
      ...refused,
      message: /has one version of the function's runtime/,
    });
    await assert.rejects(
      client.putRuntimeManagementConfig({ FunctionName, UpdateRuntimeOn: 'Auto', RuntimeVersionArn: there }),
      refused,
    );
  });

  test('reading what can never be made finds none, and making it says why', async () => {
    const CodeSigningConfigArn = `arn:aws:lambda:eu-west-1:${service.key.account}:code-signing-config:csc-0123456789abcdefg`;
    assert.deepEqual((await client.listCodeSigningConfigs({})).CodeSigningConfigs, []);
    assert.deepEqual((await client.listEventSourceMappings({ FunctionName })).EventSourceMappings, []);
    assert.deepEqual((await client.listCapacityProviders({})).CapacityProviders, []);
    await assert.rejects(client.getCodeSigningConfig({ CodeSigningConfigArn }), {
      name: 'ResourceNotFoundException',
      message: `The Lambda code signing configuration ${CodeSigningConfigArn} can not be found.`,
    });
    await assert.rejects(client.putFunctionCodeSigningConfig({ FunctionName, CodeSigningConfigArn }), {
      name: 'CodeSigningConfigNotFoundException',
    });
    const SigningProfileVersionArns = ['arn:aws:signer:eu-west-1:123456789012:/signing-profiles/any/0123456789'];
    await assert.rejects(client.createCodeSigningConfig({ AllowedPublishers: { SigningProfileVersionArns } }), {
      name: 'NotImplementedException',
      message: /not in Heddle: signatures of code are made by AWS Signer/,
    });
  });

  test('a name for an execution of a function that is not durable is refused, and not ignored', async () => {
    await assert.rejects(client.invoke({ FunctionName, DurableExecutionName: 'one' }), {
      name: 'InvalidParameterValueException',
      message: /DurableExecutionName/,
    });
  });
});
