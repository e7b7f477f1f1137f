import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zipOf } from '../../src/frontend/testing/zip-of.ts';
import { programsOf, type ToolsService } from './programs.ts';
import type { StockTools } from './stock-tools.ts';

const role = 'arn:aws:iam::123456789012:role/any';

/** Has the AWS CLI call one operation of each kind at a service that has no functions: create, wait, get, list by the page, invoke, update, refuse, delete. */
export async function callCliKinds(tools: StockTools, service: ToolsService): Promise<void> {
  const { aws } = programsOf(tools, service);
  const lambda = async (...args: readonly string[]): Promise<unknown> => {
    const said = await aws('lambda', ...args);
    return said === '' ? undefined : JSON.parse(said);
  };
  await writeFile(
    join(service.home, 'code.zip'),
    await zipOf({ 'index.mjs': 'export const handler = async (event) => event;' }),
  );
  for (const name of ['cli', 'cli-2', 'cli-3'])
    assert.equal(
      Object(
        await lambda(
          ...['create-function', '--function-name', name, '--runtime', 'nodejs22.x', '--handler', 'index.handler'],
          ...[
            '--role',
            role,
            '--zip-file',
            'fileb://code.zip',
            '--environment',
            'Variables={A1=x,B2=y}',
            '--tags',
            'k=v',
          ],
        ),
      ).FunctionName,
      name,
    );
  const named = ['--function-name', 'cli'];
  await lambda('wait', 'function-active-v2', ...named);
  const { Configuration, Code, Tags } = Object(await lambda('get-function', ...named));
  assert.deepEqual([Configuration.Environment.Variables, Tags], [{ A1: 'x', B2: 'y' }, { k: 'v' }]);
  assert.match(Code.Location, /^http/);

  const first = Object(await lambda('list-functions', '--page-size', '1', '--max-items', '2'));
  const rest = Object(await lambda('list-functions', '--page-size', '1', '--starting-token', first.NextToken));
  const names = [...first.Functions, ...rest.Functions].map((fn: { FunctionName: string }) => fn.FunctionName);
  assert.deepEqual([first.Functions.length, names], [2, ['cli', 'cli-2', 'cli-3']]);

  // As a file: version 1 takes a payload on the command line as it is, version 2 in base64.
  await writeFile(join(service.home, 'payload.json'), '{"n":1}');
  const payload = ['--payload', 'fileb://payload.json', '--log-type', 'Tail'];
  const { StatusCode, LogResult } = Object(await lambda('invoke', ...named, ...payload, 'answer.json'));
  assert.equal(StatusCode, 200);
  assert.match(Buffer.from(LogResult, 'base64').toString(), /END/);
  assert.equal(await readFile(join(service.home, 'answer.json'), 'utf8'), '{"n":1}');

  const changed = Object(await lambda('update-function-configuration', ...named, '--timeout', '9'));
  assert.deepEqual([changed.Timeout, changed.LastUpdateStatus], [9, 'InProgress']);
  await lambda('wait', 'function-updated-v2', ...named);
  await assert.rejects(
    lambda('update-function-code', ...named, '--zip-file', 'fileb://code.zip', '--revision-id', 'stale'),
    /\(PreconditionFailedException\).*Revision Id/,
  );
  await assert.rejects(
    lambda('update-function-configuration', ...named, '--memory-size', '200000'),
    /\(ValidationException\).*Value '200000' at 'memorySize'/,
  );
  await assert.rejects(
    lambda(
      'create-code-signing-config',
      '--allowed-publishers',
      'SigningProfileVersionArns=arn:aws:signer:us-east-1:123456789012:/signing-profiles/any/0123456789',
    ),
    /\(NotImplementedException\).*CreateCodeSigningConfig/,
  );
  for (const name of ['cli', 'cli-2', 'cli-3']) await lambda('delete-function', '--function-name', name);
  await assert.rejects(lambda('get-function', ...named), /\(ResourceNotFoundException\).*Function not found/);
}
