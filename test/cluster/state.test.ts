import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AddPermissionCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  GetFunctionCommand,
  InvokeCommand,
  PublishVersionCommand,
  TooManyRequestsException,
  CreateAliasCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { zipOf } from '../../src/frontend/testing/zip-of.ts';
import { startCluster } from './harness.ts';

/** Of waiters of AWS's, on a machine that is busy. */
const maxWaitTime = 240;
const name = 'everywhere';

test('what is deployed, changed and deleted at one host is so at all of them, for whoever asks next', async () => {
  await using cluster = await startCluster();
  const hosts = [0, 1, 2].map((n) => cluster.lambda(n));
  const [first, second, third] = hosts;
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  await first.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::000000000000:role/any',
      Code: { ZipFile: await codeThatSays('one') },
    }),
  );
  // Found at once, by those who were not told.
  for (const host of hosts) await host.send(new GetFunctionCommand({ FunctionName: name }));
  await waitUntilFunctionActiveV2({ client: second, maxWaitTime }, { FunctionName: name });
  assert.deepEqual(await Promise.all(hosts.map((host) => said(host))), ['one', 'one', 'one']);

  await second.send(new PublishVersionCommand({ FunctionName: name }));
  await third.send(new CreateAliasCommand({ FunctionName: name, Name: 'live', FunctionVersion: '1' }));
  await third.send(new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: await codeThatSays('two') }));
  for (const client of hosts) await waitUntilFunctionUpdatedV2({ client, maxWaitTime }, { FunctionName: name });
  assert.deepEqual(await Promise.all(hosts.map((host) => said(host))), ['two', 'two', 'two']);
  assert.deepEqual(await Promise.all(hosts.map((host) => said(host, 'live'))), ['one', 'one', 'one']);

  const { FunctionUrl = '' } = await second.send(
    new CreateFunctionUrlConfigCommand({ FunctionName: name, AuthType: 'NONE' }),
  );
  for (const Action of ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'])
    await first.send(
      new AddPermissionCommand({
        FunctionName: name,
        StatementId: Action.replace(':', '-'),
        Action,
        Principal: '*',
        ...(Action.endsWith('Url') ? { FunctionUrlAuthType: 'NONE' } : { InvokedViaFunctionUrl: true }),
      }),
    );
  await third.send(new GetFunctionCommand({ FunctionName: `${name}:live` }));
  const urlId = new URL(FunctionUrl).hostname.split('.')[0] ?? '';
  const { endpoint } = cluster.clientOptions(0);
  assert.equal(await (await fetch(`${endpoint}/heddle/url/${urlId}/`)).text(), 'two');

  // What was said at one holds at the others from the next request on.
  for (let turn = 0; turn < 30; turn += 1) {
    const alias = { FunctionName: name, Name: 'live' };
    const [teller, ...others] = [...hosts.slice(turn % 3), ...hosts.slice(0, turn % 3)];
    await teller?.send(new UpdateAliasCommand({ ...alias, Description: `turn ${turn}` }));
    const found = await Promise.all(others.map((host) => host.send(new GetAliasCommand(alias))));
    assert.deepEqual(
      found.map(({ Description }) => Description),
      [`turn ${turn}`, `turn ${turn}`],
    );
  }
  await first.send(new DeleteFunctionCommand({ FunctionName: name }));
  for (const host of hosts)
    await assert.rejects(host.send(new GetFunctionCommand({ FunctionName: name })), {
      name: 'ResourceNotFoundException',
    });
});

function codeThatSays(word: string): Promise<Buffer> {
  return zipOf({ 'index.mjs': `export const handler = () => ${JSON.stringify(word)};` });
}

/** Where a host has no room at the moment, it is asked again, as AWS's clients do. */
async function said(host: LambdaClient, qualifier?: string): Promise<unknown> {
  for (;;)
    try {
      const { Payload } = await host.send(
        new InvokeCommand({ FunctionName: name, ...(qualifier === undefined ? {} : { Qualifier: qualifier }) }),
      );
      return JSON.parse(Buffer.from(Payload ?? []).toString());
    } catch (error) {
      if (!(error instanceof TooManyRequestsException)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
}
