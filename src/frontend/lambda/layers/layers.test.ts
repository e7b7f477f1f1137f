import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AddLayerVersionPermissionCommand,
  CreateFunctionCommand,
  DeleteLayerVersionCommand,
  GetFunctionConfigurationCommand,
  GetLayerVersionByArnCommand,
  GetLayerVersionCommand,
  GetLayerVersionPolicyCommand,
  ListLayersCommand,
  ListLayerVersionsCommand,
  PublishLayerVersionCommand,
  RemoveLayerVersionPermissionCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { startTestFrontend } from '../../testing/test-frontend.ts';
import { zipOf } from '../../testing/zip-of.ts';

const zip = await zipOf({ 'bin/tool': 'x' });
const base = {
  Runtime: 'nodejs24.x' as const,
  Role: 'arn:aws:iam::000000000000:role/any',
  Handler: 'index.handler',
};

test('versions of layers are published, read by name and by ARN, listed newest first, deleted, and never counted anew', async () => {
  await using frontend = await startTestFrontend();
  const client = frontend.client();
  const publish = (LayerName: string, Description?: string) =>
    client.send(
      new PublishLayerVersionCommand({
        LayerName,
        Description,
        Content: { ZipFile: zip },
        CompatibleRuntimes: ['nodejs24.x'],
      }),
    );
  const first = await publish('tools', 'first');
  const LayerArn = `arn:aws:lambda:${frontend.region}:${frontend.key.account}:layer:tools`;
  assert.equal(first.LayerVersionArn, `${LayerArn}:1`);
  assert.deepEqual([first.LayerArn, first.Version, first.Content?.CodeSize], [LayerArn, 1, zip.length]);
  assert.match(first.CreatedDate ?? '', /^\d{4}-.*\+0000$/);
  const location = await fetch(first.Content?.Location ?? '');
  assert.deepEqual(Buffer.from(await location.arrayBuffer()), zip);
  await publish('tools', 'second');
  await publish('others');
  const got = await client.send(new GetLayerVersionCommand({ LayerName: LayerArn, VersionNumber: 2 }));
  const byArn = await client.send(new GetLayerVersionByArnCommand({ Arn: `${LayerArn}:2` }));
  assert.deepEqual([got.Description, byArn.Description], ['second', 'second']);
  const one = await client.send(new ListLayersCommand({ MaxItems: 1 }));
  const rest = await client.send(new ListLayersCommand({ Marker: one.NextMarker }));
  const names = [...(one.Layers ?? []), ...(rest.Layers ?? [])];
  assert.deepEqual(
    names.map(({ LayerName, LatestMatchingVersion }) => [LayerName, LatestMatchingVersion?.Version]),
    [
      ['others', 1],
      ['tools', 2],
    ],
  );
  assert.deepEqual((await client.send(new ListLayersCommand({ CompatibleRuntime: 'python3.13' }))).Layers, []);
  await client.send(new DeleteLayerVersionCommand({ LayerName: 'tools', VersionNumber: 2 }));
  assert.equal((await publish('tools')).Version, 3);
  const { LayerVersions = [] } = await client.send(new ListLayerVersionsCommand({ LayerName: 'tools' }));
  assert.deepEqual(
    LayerVersions.map(({ Version }) => Version),
    [3, 1],
  );
  await assert.rejects(client.send(new GetLayerVersionCommand({ LayerName: 'tools', VersionNumber: 2 })), {
    name: 'ResourceNotFoundException',
  });
});

test('permissions of a version are added, shown and removed, by revision', async () => {
  await using frontend = await startTestFrontend();
  const client = frontend.client();
  const version = { LayerName: 'shared', VersionNumber: 1 };
  await client.send(new PublishLayerVersionCommand({ ...version, Content: { ZipFile: zip } }));
  await assert.rejects(client.send(new GetLayerVersionPolicyCommand(version)), { name: 'ResourceNotFoundException' });
  const permission = { ...version, StatementId: 'all', Action: 'lambda:GetLayerVersion', Principal: '*' };
  const { RevisionId, Statement } = await client.send(new AddLayerVersionPermissionCommand(permission));
  assert.match(Statement ?? '', /"Principal":"\*"/);
  await assert.rejects(client.send(new AddLayerVersionPermissionCommand(permission)), {
    name: 'ResourceConflictException',
  });
  assert.match((await client.send(new GetLayerVersionPolicyCommand(version))).Policy ?? '', /"Sid":"all"/);
  const remove = { ...version, StatementId: 'all' };
  await assert.rejects(client.send(new RemoveLayerVersionPermissionCommand({ ...remove, RevisionId: 'other' })), {
    name: 'PreconditionFailedException',
  });
  await client.send(new RemoveLayerVersionPermissionCommand({ ...remove, RevisionId }));
  await assert.rejects(client.send(new RemoveLayerVersionPermissionCommand(remove)), {
    name: 'ResourceNotFoundException',
  });
});

test('a function has layers in their order, five at most, of those that are there, one version of each', async () => {
  await using frontend = await startTestFrontend();
  const client = frontend.client();
  const arns: string[] = [];
  for (const LayerName of ['a', 'b', 'c', 'd', 'e', 'f']) {
    const { LayerVersionArn } = await client.send(
      new PublishLayerVersionCommand({ LayerName, Content: { ZipFile: zip } }),
    );
    arns.push(LayerVersionArn ?? '');
  }
  const [a = '', b = ''] = arns;
  const create = (Layers: string[], FunctionName = 'f') =>
    client.send(new CreateFunctionCommand({ ...base, FunctionName, Code: { ZipFile: zip }, Layers }));
  const refused = [
    [arns, /more than 5 layers/],
    [[a, a], /Two different versions/],
    [[a.replace(/1$/, '9')], /does not exist/],
    [[a.replace(/:1$/, '')], /at 'layers' failed to satisfy constraint: .*layer:/],
  ] as const;
  for (const [Layers, message] of refused) await assert.rejects(create([...Layers]), { message });
  await assert.rejects(create([a.replace(/\d{12}/, '999999999999')]), { name: 'AccessDeniedException' });
  const { Layers } = await create([b, a]);
  assert.deepEqual(Layers, [
    { Arn: b, CodeSize: zip.length },
    { Arn: a, CodeSize: zip.length },
  ]);
  await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'f', Layers: [a] }));
  const kept = await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'f', MemorySize: 256 }));
  assert.deepEqual(kept.Layers, [{ Arn: a, CodeSize: zip.length }]);
  await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'f', Layers: [] }));
  assert.equal((await client.send(new GetFunctionConfigurationCommand({ FunctionName: 'f' }))).Layers, undefined);
});
