import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { writeAwsModel } from '../../cli/aws-model.ts';
import { credentialsProfile } from '../../store/credentials.ts';
import { outcomeOf } from '../testing/fake-worker-manager.ts';
import { startTestFrontend } from '../testing/test-frontend.ts';
import type { TestFrontend } from '../testing/test-frontend.ts';
import { zipOf } from '../testing/zip-of.ts';

const version = spawnSync('aws', ['--version'], { encoding: 'utf8' });
const skip = version.status === 0 ? false : 'there is no working AWS CLI (aws) on the PATH';

describe('the AWS CLI', { skip }, () => {
  let service: TestFrontend;
  before(async () => {
    service = await startTestFrontend();
    await writeFile(join(service.home, 'code.zip'), await zipOf({ 'index.mjs': 'export const handler = (e) => e;' }));
  });
  after(() => service[Symbol.asyncDispose]());

  /** `aws lambda …` in an environment like the one that `heddle env` makes. */
  async function aws(...args: readonly string[]): Promise<string> {
    const env = {
      PATH: process.env['PATH'],
      HOME: service.home,
      AWS_ENDPOINT_URL_LAMBDA: service.url,
      AWS_DATA_PATH: writeAwsModel(service.home, service.url),
      AWS_SHARED_CREDENTIALS_FILE: join(service.home, 'credentials'),
      AWS_CONFIG_FILE: '/dev/null',
      AWS_PROFILE: credentialsProfile,
      AWS_REGION: service.region,
      AWS_DEFAULT_REGION: service.region,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PAGER: '',
      AWS_MAX_ATTEMPTS: '1',
    };
    const options = { env, cwd: service.home, timeout: 60_000 };
    return (await promisify(execFile)('aws', ['lambda', ...args, '--output', 'json'], options)).stdout;
  }

  test('creates, waits for, invokes, lists, updates and deletes a function', async () => {
    const created: unknown = JSON.parse(
      await aws(
        ...['create-function', '--function-name', 'cli', '--runtime', 'nodejs22.x', '--handler', 'index.handler'],
        ...['--role', 'arn:aws:iam::123456789012:role/any', '--zip-file', 'fileb://code.zip'],
        ...['--environment', 'Variables={A1=x,B2=y}', '--tags', 'k=v'],
      ),
    );
    assert.equal(Reflect.get(Object(created), 'FunctionName'), 'cli');
    await aws('wait', 'function-active-v2', '--function-name', 'cli');

    service.workerManager.behaviour = async ({ payload }) => outcomeOf(payload, { log: 'START\nhello\nEND\n' });
    await writeFile(join(service.home, 'payload.json'), '{"n":1}');
    const invoked = await aws(
      // As a file: version 1 takes a payload on the command line as it is, version 2 in base64.
      ...['invoke', '--function-name', 'cli', '--payload', 'fileb://payload.json'],
      ...['--log-type', 'Tail', 'answer.json'],
    );
    assert.equal(await readFile(join(service.home, 'answer.json'), 'utf8'), '{"n":1}');
    const { LogResult } = Object(JSON.parse(invoked));
    assert.match(Buffer.from(String(LogResult), 'base64').toString(), /hello/);

    assert.match(await aws('list-functions'), /"FunctionName": "cli"/);
    assert.match(
      await aws('get-function', '--function-name', `${service.key.account}:function:cli`),
      /"Location": "http/,
    );
    await aws('update-function-configuration', '--function-name', 'cli', '--timeout', '9');
    await aws('wait', 'function-updated-v2', '--function-name', 'cli');
    assert.match(await aws('get-function-configuration', '--function-name', 'cli'), /"Timeout": 9/);
    await aws('update-function-code', '--function-name', 'cli', '--zip-file', 'fileb://code.zip');
    await aws('delete-function', '--function-name', 'cli');
    await assert.rejects(
      aws('get-function', '--function-name', 'cli'),
      /ResourceNotFoundException.*Function not found/,
    );
  });

  test('shows a refusal with its name and reason', async () => {
    await assert.rejects(aws('list-layers'), /NotImplementedException.*ListLayers/);
    await assert.rejects(aws('get-function', '--function-name', 'none'), /\(ResourceNotFoundException\)/);
  });
});
