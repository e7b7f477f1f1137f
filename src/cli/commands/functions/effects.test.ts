import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { HeddleClient } from '../../../sdk/client.ts';
import { findConnection } from '../../../sdk/connection.ts';
import { zipOf } from '../../../sdk/platform/zip.ts';
import { type CliRun, runCli, startTestService, type TestService } from '../../testing.ts';

let service: TestService;
before(async () => void (service = await startTestService()));
after(async () => await service[Symbol.asyncDispose]());

const heddle = (...args: readonly string[]): Promise<CliRun> => runCli(service.home, args);

function write(name: string, content: string | Uint8Array): string {
  const path = join(service.home, 'work', name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

const invoice = (condition: string): string => `
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
const client = new DynamoDBClient({});
async function save(id: string): Promise<void> {
  await client.send(new PutItemCommand({ TableName: 'invoices', Item: { id: { S: id } }${condition} }));
}
export const handler = async (event: { id: string }) => await save(event.id);
`;
const charge = (body: string): string => `
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
const lambda = new LambdaClient({});
export const handler = async (event: { id: string }) => {
  ${body}
};
`;
const invokes = "await lambda.send(new InvokeCommand({ FunctionName: 'invoice', Payload: JSON.stringify(event) }));";

interface Said {
  readonly verdicts: Readonly<
    Record<
      string,
      { readonly answer: string; readonly reasons: readonly { readonly file: string; readonly line: number }[] }
    >
  >;
  readonly report: { readonly effects: readonly { readonly what: string }[] };
  readonly retriedBy: readonly string[];
}

async function said(name: string): Promise<Said> {
  const { stdout, stderr } = await heddle('effects', name, '--json');
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout) as Said;
}

test('what changed against the last version is said, through what it calls, by file and line', async () => {
  const path = write('charge.ts', charge('return event.id;'));
  await heddle('deploy', write('invoice.ts', invoice('')));
  const first = await heddle('deploy', path);
  assert.equal(first.code, 0, first.stderr);
  assert.doesNotMatch(first.stderr, /Beware/);
  write('charge.ts', charge(invokes));
  const second = await heddle('deploy', path);
  assert.match(
    second.stderr,
    /Beware: charge is no longer retry-safe: it now calls `invoice` \(charge\.ts:5\), which sends PutItem without a condition \(invoice\.ts:5\)\./,
  );
  assert.match(second.stderr, /Beware: charge is no longer read-only/);
  const third = await heddle('deploy', path);
  assert.doesNotMatch(third.stderr, /Beware|Better/, 'Nothing has changed since.');
  await heddle('deploy', write('invoice.ts', invoice(", ConditionExpression: 'attribute_not_exists(id)'")));
  assert.equal((await said('charge')).verdicts['retry-safe']?.answer, 'yes', 'What it calls was mended.');
});

test('a gate deploys nothing that is not known to be as it must', async () => {
  const path = write('gated.ts', "export const handler = async () => (await fetch('https://example.com/')).status;");
  assert.equal((await heddle('deploy', path, '--require', 'read-only, retry-safe')).code, 0);
  write(
    'gated.ts',
    "export const handler = async () => (await fetch('https://example.com/', { method: 'POST' })).status;",
  );
  const before = JSON.parse((await heddle('functions', '--json')).stdout) as unknown;
  const refused = await heddle('deploy', path, '--require', 'read-only,retry-safe');
  assert.equal(refused.code, 4);
  assert.match(refused.stderr, /gated is not deployed: --require asks for read-only, retry-safe\.\n/);
  assert.match(
    refused.stderr,
    /It writes:\n.*it sends POST to example\.com without an idempotency key \(gated\.ts:1\)/,
  );
  assert.deepEqual(JSON.parse((await heddle('functions', '--json')).stdout), before, 'Nothing was sent.');
  const unknown = write(
    'unknown.ts',
    'export const handler = async (event: { m: string }) => (await import(event.m)).run();',
  );
  assert.equal(
    (await heddle('deploy', unknown, '--require', 'idempotent')).code,
    4,
    'What is not known is not good enough.',
  );
  assert.match(
    (await heddle('deploy', path, '--require', 'idempotant')).stderr,
    /knows no "idempotant"\.\n.*Did you mean "idempotent"/,
  );
});

test('what the author declares goes with the code, and a mistake in it is said', async () => {
  const folder = dirname(
    write(
      'people/index.ts',
      "export const handler = async (event: { id: string }) => (await fetch('https://people.example/find', { method: 'POST', body: event.id })).status;",
    ),
  );
  write('people/heddle.effects.json', '{ "hosts": { "people.example": { "access": "read", "personalData": true } } }');
  await heddle('deploy', folder);
  const { verdicts } = await said('people');
  assert.deepEqual([verdicts['read-only']?.answer, verdicts['personal-data']?.answer], ['yes', 'yes']);
  write('people/heddle.effects.json', '{ "hosts": { "people.example": { "reads": true } } }');
  const refused = await heddle('deploy', folder);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /"reads" of hosts\.people\.example in heddle\.effects\.json must be one of access/);
});

test('a zip file that was made elsewhere is looked at', async () => {
  const code =
    "const { S3 } = require('@aws-sdk/client-s3'); const s3 = new S3({});\nexports.handler = async () => s3.listBuckets({});";
  const zip = await zipOf([{ path: 'index.js', mode: 0o644, data: Buffer.from(code) }]);
  const made = await heddle('deploy', write('made.zip', zip));
  assert.equal(made.code, 0, made.stderr);
  const answer = await said('made');
  assert.deepEqual(
    answer.report.effects.map(({ what }) => what),
    ['aws s3 ListBuckets'],
  );
  assert.equal(answer.verdicts['read-only']?.answer, 'yes');
  const { stdout } = await heddle('effects', 'made');
  assert.match(stdout, /deterministic +no +it sends ListBuckets \(index\.js:2\)/);
  assert.match(stdout, /aws s3 ListBuckets +index\.js:2 +handler +sends ListBuckets/);
});

test('the service looks at code that came by AWS’s API itself, and keeps what it found', async () => {
  using client = new HeddleClient(findConnection(service.home, {}));
  const text =
    "import { SNSClient, PublishCommand } from '@aws-sdk/client-sns';\nexport const handler = async () => new SNSClient({}).send(new PublishCommand({}));";
  const zip = await zipOf([{ path: 'app.mjs', mode: 0o644, data: Buffer.from(text) }]);
  await client.createFunction('by-api', zip, { handler: 'app.handler', runtime: 'nodejs24.x' });
  const shown = async (): Promise<readonly unknown[]> =>
    (await client.snapshot()).list('effects').filter((each) => each.text('function') === 'by-api');
  assert.deepEqual(await shown(), [], 'Nobody has asked.');
  assert.deepEqual(
    (await said('by-api')).report.effects.map(({ what }) => what),
    ['aws sns Publish'],
  );
  assert.match(JSON.stringify(await shown()), /"retry-safe":"no"/);
  await client.createFunction('snake', zip, { handler: 'app.handler', runtime: 'python3.13' });
  assert.equal((await said('snake')).verdicts['idempotent']?.answer, 'unknown');
});

test('who runs it again by themselves is said where that is not safe', async () => {
  const path = write('again.ts', invoice('').replaceAll('invoices', 'others'));
  await heddle('deploy', path, '--event-retries', '5');
  const { stderr } = await heddle('deploy', path);
  assert.match(
    stderr,
    /Beware: again is called again after a failure, by what is set for its events, and is not retry-safe: it sends PutItem without a condition \(again\.ts:5\)/,
  );
  assert.equal((await said('again')).retriedBy.length, 1);
});
