import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { callCliKinds } from '../../../test/stock-tools/cli-kinds.ts';
import { programsOf } from '../../../test/stock-tools/programs.ts';
import { stockTools } from '../../../test/stock-tools/stock-tools.ts';
import { outcomeOf } from '../testing/fake-worker-manager.ts';
import { startTestFrontend } from '../testing/test-frontend.ts';
import { zipOf } from '../testing/zip-of.ts';

/** Of Debian 13, and of Debian 12, which has no other way to the service than `AWS_DATA_PATH`. */
const [tools, oldTools] = await Promise.all([stockTools(), stockTools('bookworm')]);

describe('the AWS CLI', () => {
  // That of Debian 13 does the same at a real service: test/lambda/lambda-model.test.ts.
  test('of Debian 12 calls operations of each kind', { skip: oldTools.skip }, async () => {
    await using service = await startTestFrontend();
    service.workerManager.behaviour = async ({ payload }) => outcomeOf(payload, { log: 'START\nhello\nEND\n' });
    await callCliKinds(oldTools, service);
  });

  test('publishes, names, permits, and asks who may', { skip: tools.skip }, async () => {
    await using service = await startTestFrontend();
    await writeFile(join(service.home, 'code.zip'), await zipOf({ 'index.mjs': 'export const handler = (e) => e;' }));
    const programs = programsOf(tools, service);
    const aws = (...args: readonly string[]): Promise<string> => programs.aws('lambda', ...args);
    await aws(
      ...['create-function', '--function-name', 'shop', '--runtime', 'nodejs24.x', '--handler', 'index.handler'],
      ...['--role', 'arn:aws:iam::123456789012:role/any', '--zip-file', 'fileb://code.zip', '--publish'],
    );
    const client = service.client();
    await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'shop', Timeout: 9 }));
    const named = ['--function-name', 'shop'];
    assert.match(await aws('publish-version', ...named, '--description', 'second'), /"Version": "2"/);
    const alias = ['--name', 'live', '--function-version', '1', '--routing-config', 'AdditionalVersionWeights={2=0.1}'];
    assert.match(await aws('create-alias', ...named, ...alias), /"AdditionalVersionWeights": \{\s*"2": 0\.1/);
    const live = [...named, '--qualifier', 'live'];
    const statement = ['--statement-id', 's3', '--action', 'lambda:InvokeFunction', '--principal', 's3.amazonaws.com'];
    await aws('add-permission', ...live, ...statement, '--source-arn', 'arn:aws:s3:::bucket');
    const { Policy } = Object(JSON.parse(await aws('get-policy', ...live)));
    assert.match(JSON.parse(Policy).Statement[0].Resource, /:function:shop:live$/);
    await aws('invoke', ...live, 'answer.json');
    await assert.rejects(aws('delete-function', ...named, '--qualifier', '1'), /aliases reference it: \[live\]/);
  });

  test('has no command for answers that stream', { skip: tools.skip }, async () => {
    await using service = await startTestFrontend();
    const { aws } = programsOf(tools, service);
    // It leaves out operations whose answers are streams of events, so there is nothing that could be tried.
    const asking = aws('lambda', 'invoke-with-response-stream', '--function-name', 'any', 'answer');
    await assert.rejects(asking, /Invalid choice/);
  });
});
