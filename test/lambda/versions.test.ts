import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import {
  CreateAliasCommand,
  DeleteFunctionCommand,
  InvokeCommand,
  PublishVersionCommand,
  ResourceNotFoundException,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { zipOf } from '../../src/frontend/testing/zip-of.ts';
import { driversUnderTest } from '../e2e/drivers.ts';
import { perl } from '../e2e/perl-bootstrap.ts';
import { active, deploy, invoke, newHome, startHeddle, type RunningService } from '../e2e/service.ts';

// Published versions and aliases in real containers, by the stock AWS client.

const js = (marker: string): string => `exports.handler = async (event, context) => ({
  marker: ${JSON.stringify(marker)}, arn: context.invokedFunctionArn, version: context.functionVersion,
  environment: process.env.AWS_LAMBDA_FUNCTION_VERSION, stream: context.logStreamName });`;

const python = `def handler(event, context):
    return {"arn": context.invoked_function_arn, "version": context.function_version}`;

const bootstrap = perl(String.raw`
  my ($arn) = $head =~ /^Lambda-Runtime-Invoked-Function-Arn: (\S+)/mi;
  $event = qq({"arn": "$arn", "version": "$ENV{AWS_LAMBDA_FUNCTION_VERSION}"})`);

/** What the functions above say of themselves, one field. */
async function said(service: RunningService, name: string, field: string): Promise<unknown> {
  return Object((await invoke(service, name)).payload)[field];
}

async function publish({ client }: RunningService, FunctionName: string): Promise<string> {
  const { Version = '' } = await client.send(new PublishVersionCommand({ FunctionName }));
  return Version;
}

async function update(service: RunningService, FunctionName: string, marker: string): Promise<void> {
  const ZipFile = await zipOf({ 'index.js': js(marker) });
  await service.client.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
  await active(service, FunctionName);
}

for (const { name: driver, skip } of await driversUnderTest({ usual: 'host' })) {
  // An emulated machine boots for minutes; nothing of this is the driver's.
  if (driver === 'microvm') continue;
  describe(`versions and aliases, driver ${driver}`, { skip }, () => {
    const flags = ['--driver', driver, '--warm', 'nodejs24.x-256=1', '--queue-wait', '60s'];
    const arn = 'arn:aws:lambda:us-east-1';
    let home: string;
    let service: RunningService;
    before(async () => {
      home = await newHome();
      service = await startHeddle(home, ...flags);
      await deploy(service, 'shop', js('one'));
      assert.equal(await publish(service, 'shop'), '1');
      const live = { FunctionName: 'shop', Name: 'live', FunctionVersion: '1' };
      await service.client.send(new CreateAliasCommand(live));
    });
    after(() => service[Symbol.asyncDispose]());

    test('a version runs its own code in its own container, which an update of $LATEST leaves alone', async () => {
      const first = await invoke(service, 'shop:1');
      await update(service, 'shop', 'two');
      assert.equal(await said(service, 'shop', 'marker'), 'two');
      assert.equal(await publish(service, 'shop'), '2');
      const again = await invoke(service, 'shop:live');
      assert.deepEqual([again.path, again.container], ['reused-container', first.container]);
      assert.equal(Object(again.payload).marker, 'one');
      assert.match(again.log, /^START RequestId: \S+ Version: 1$/m);
      assert.equal(await said(service, 'shop:2', 'marker'), 'two');
    });

    test('a function is told its version, and the ARN that it was called by each time', async () => {
      const { payload: byNumber } = await invoke(service, 'shop:1');
      const { payload: byAlias } = await invoke(service, 'shop:live');
      const { payload: latest } = await invoke(service, 'shop');
      const { payload: byLatest } = await invoke(service, 'shop:$LATEST');
      const whole = String(Object(latest).arn);
      assert.match(whole, new RegExp(`^${arn}:\\d{12}:function:shop$`));
      assert.deepEqual(
        [byNumber, byAlias, byLatest].map((payload) => Object(payload).arn),
        [`${whole}:1`, `${whole}:live`, `${whole}:$LATEST`],
      );
      assert.deepEqual(
        [byNumber, byAlias, latest].map((payload) => [Object(payload).version, Object(payload).environment]),
        [
          ['1', '1'],
          ['1', '1'],
          ['$LATEST', '$LATEST'],
        ],
      );
      assert.match(String(Object(byAlias).stream), /^\d{4}\/\d\d\/\d\d\/\[1\][0-9a-f]{32}$/);
      assert.match(String(Object(latest).stream), /\/\[\$LATEST\][0-9a-f]{32}$/);
    });

    test('an alias that divides its invocations runs both versions, and says which it was', async () => {
      const { client } = service;
      const RoutingConfig = { AdditionalVersionWeights: { 2: 0.5 } };
      await client.send(new UpdateAliasCommand({ FunctionName: 'shop', Name: 'live', RoutingConfig }));
      const markers = new Map([
        ['1', 'one'],
        ['2', 'two'],
      ]);
      const seen = new Set<string>();
      // Each is one or the other: that a hundred are all the same happens once in 10^30 times.
      for (let call = 0; call < 100 && seen.size < 2; call++) {
        const answer = await client.send(new InvokeCommand({ FunctionName: 'shop', Qualifier: 'live' }));
        const version = answer.ExecutedVersion ?? '';
        const payload = Object(JSON.parse(answer.Payload?.transformToString() ?? ''));
        assert.deepEqual([payload.version, payload.marker], [version, markers.get(version)]);
        assert.match(payload.arn, /:shop:live$/);
        seen.add(version);
      }
      assert.equal(seen.size, 2);
      const whole = { FunctionName: 'shop', Name: 'live', RoutingConfig: { AdditionalVersionWeights: {} } };
      await client.send(new UpdateAliasCommand(whole));
    });

    test('a bootstrap is told by what it was called', async () => {
      const Code = { ZipFile: await zipOf({ bootstrap }, 0o755) };
      await deploy(service, 'perl', '', { Runtime: 'provided.al2023', Handler: 'x', Code, Publish: true });
      await service.client.send(new CreateAliasCommand({ FunctionName: 'perl', Name: 'live', FunctionVersion: '1' }));
      const { payload } = await invoke(service, 'perl:live');
      assert.match(String(Object(payload).arn), /:function:perl:live$/);
      assert.equal(Object(payload).version, '1');
      assert.match(String(await said(service, 'perl:1', 'arn')), /:function:perl:1$/);
    });

    const noPython = driver === 'host' && !existsSync('/usr/bin/python3.11') && 'this machine has no Python 3.11';
    test('so is a function of Python', { skip: noPython }, async () => {
      const Code = { ZipFile: await zipOf({ 'app.py': python }) };
      await deploy(service, 'snake', '', { Runtime: 'python3.11', Handler: 'app.handler', Code, Publish: true });
      await service.client.send(new CreateAliasCommand({ FunctionName: 'snake', Name: 'live', FunctionVersion: '1' }));
      const { payload } = await invoke(service, 'snake:live');
      assert.match(String(Object(payload).arn), /:function:snake:live$/);
      assert.equal(Object(payload).version, '1');
      assert.match(String(await said(service, 'snake', 'arn')), /:function:snake$/);
    });

    test('versions and aliases are there after a kill -9, and a deleted version is not', async () => {
      await service.kill('SIGKILL');
      service = await startHeddle(home, ...flags);
      assert.deepEqual(
        [await said(service, 'shop:live', 'marker'), await said(service, 'shop', 'marker')],
        ['one', 'two'],
      );
      const { client } = service;
      await client.send(new UpdateAliasCommand({ FunctionName: 'shop', Name: 'live', FunctionVersion: '2' }));
      await client.send(new DeleteFunctionCommand({ FunctionName: 'shop', Qualifier: '1' }));
      await assert.rejects(invoke(service, 'shop:1'), ResourceNotFoundException);
      assert.equal(await said(service, 'shop:live', 'marker'), 'two');
    });
  });
}
