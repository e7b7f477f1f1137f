import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type CliRun, runCli, startTestService, type TestService } from '../../../testing.ts';

let service: TestService;
before(async () => void (service = await startTestService()));
after(async () => await service[Symbol.asyncDispose]());

const heddle = async (...args: string[]): Promise<CliRun> => await runCli(service.home, ['queue', ...args]);

test('a queue is made, used, looked at and removed; what fails is set aside and comes back', async () => {
  assert.match((await heddle('ls')).stderr, /No queues yet\. Make one: .* queue create orders/);
  const made = await heddle(
    'create',
    'orders',
    '--dead-letter',
    'orders-dead',
    '--receives',
    '1',
    '--visibility',
    '0s',
  );
  assert.match(
    made.stderr,
    /The queue orders is at http:\/\/127\.0\.0\.1:\d+\/\d{12}\/orders\n.*received 1 times and not deleted goes to orders-dead/,
  );
  assert.match((await heddle('send', 'orders', 'first', '--attribute', 'kind=a=b')).stderr, /Sent [0-9a-f-]{36}\./);
  const { stdout } = await heddle('receive', 'orders', '--keep', '--json');
  const [message]: { readonly Body: string; readonly MessageAttributes: object }[] = JSON.parse(stdout);
  assert.deepEqual(
    [message?.Body, message?.MessageAttributes],
    ['first', { kind: { DataType: 'String', StringValue: 'a=b' } }],
  );
  assert.match((await heddle('receive', 'orders')).stderr, /There is nothing to receive now\./);
  const listed = (await heddle('ls')).stdout;
  assert.match(listed, /QUEUE +READY +IN FLIGHT +DELAYED +OLDEST +FAILED +EXPIRED +SIZE +DEAD LETTERS\n/);
  assert.match(listed, /\norders +0 +0 +0 +- +1 +0 +0 B +orders-dead/);
  assert.match(listed, /\norders-dead +1 +0 +0 +\d+s +0 +0 +18 B +-/);
  assert.match(
    (await heddle('redrive', 'orders-dead')).stderr,
    /Moved one message of orders-dead back to where they came from\./,
  );
  const got = await heddle('receive', 'orders', '--wait', '20s');
  assert.deepEqual([got.stdout, got.code], ['first\n', 0]);
  const shown = (await heddle('show', 'orders')).stdout;
  assert.match(
    shown,
    /RedrivePolicy +\{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:\d{12}:orders-dead","maxReceiveCount":1\}/,
  );
  assert.match((await heddle('purge', 'orders')).stderr, /Purged orders\./);
  assert.match((await heddle('rm', 'orders')).stderr, /Removed orders\./);
});

test('what is only looked at can be moved at once; what is held is said, and until when', async () => {
  await heddle('create', 'jobs', '--dead-letter', 'jobs-dead', '--receives', '1', '--visibility', '0s');
  await heddle('send', 'jobs', 'one');
  await heddle('receive', 'jobs', '--keep');
  await heddle('receive', 'jobs');
  assert.equal((await heddle('receive', 'jobs-dead', '--keep')).stdout, 'one\n');
  assert.match((await heddle('redrive', 'jobs-dead')).stderr, /Moved one message of jobs-dead/);
  await heddle('receive', 'jobs', '--keep');
  await heddle('receive', 'jobs');
  await heddle('receive', 'jobs-dead', '--keep', '--visibility', '1h');
  assert.match(
    (await heddle('redrive', 'jobs-dead')).stderr,
    /Moved 0 messages of jobs-dead[^]*One message is in flight until 2\d{3}-.*UTC \((59m|1h) from now\)/,
  );
});

test('what a queue is set to is changed, and what is not said stays', async () => {
  await heddle('create', 'mails', '--dead-letter', 'mails-dead', '--receives', '5');
  assert.equal((await heddle('create', 'mails', '--dead-letter', 'mails-dead', '--receives', '5')).code, 0);
  const other = await heddle('create', 'mails', '--visibility', '1m');
  assert.deepEqual([other.code, /"heddle queue set NAME" changes/.test(other.stderr)], [4, true]);
  assert.match((await heddle('set', 'mails', '--visibility', '1m')).stderr, /mails is set: VisibilityTimeout 60/);
  await heddle('set', 'mails', '--receives', '7');
  const attributes = async (): Promise<Record<string, string>> =>
    JSON.parse((await heddle('show', 'mails', '--json')).stdout).attributes;
  const { VisibilityTimeout, RedrivePolicy = '' } = await attributes();
  assert.deepEqual([VisibilityTimeout, JSON.parse(RedrivePolicy).maxReceiveCount], ['60', 7]);
  await heddle('set', 'mails', '--dead-letter', 'none');
  assert.equal((await attributes())['RedrivePolicy'], undefined);
  assert.match((await heddle('set', 'mails', '--receives', '7')).stderr, /mails has no dead-letter queue/);
  assert.equal((await heddle('set', 'mails')).code, 2);
});

test('a FIFO queue by its flag, and what is wrong in words', async () => {
  assert.match((await heddle('create', 'steps', '--fifo', '--by-content')).stderr, /The queue steps\.fifo is at/);
  assert.match((await heddle('send', 'steps.fifo', 'one', '--group', 'g')).stderr, /Sent/);
  const missing = await heddle('send', 'steps.fifo', 'one');
  assert.deepEqual([missing.code, /must contain the parameter MessageGroupId/.test(missing.stderr)], [4, true]);
  const unknown = await heddle('show', 'step.fifo');
  assert.match(unknown.stderr, /There is no queue step\.fifo\..*\n.*Did you mean steps\.fifo\?/);
  assert.equal((await heddle('create', 'x', '--visibility', 'soon')).code, 2);
  assert.match((await heddle('create', 'x', '--retention', '40d')).stderr, /parameter MessageRetentionPeriod/);
  const direct = await heddle('redrive', 'steps.fifo');
  assert.match(
    direct.stderr,
    /must be configured as a Dead Letter Queue[^]*handed over again by "heddle events redrive steps\.fifo"/,
  );
  const ordered = await heddle('create', 'zs', '--fifo', '--dead-letter', 'zd');
  assert.match(ordered.stderr, /The queue zs\.fifo is at .*\n.*goes to zd\.fifo/);
  const alone = await heddle('create', 'x', '--receives', '5');
  assert.deepEqual([alone.code, /say --dead-letter QUEUE, too/.test(alone.stderr)], [2, true]);
  const loose = await heddle('create', 'x', '--by-content');
  assert.deepEqual([loose.code, /--by-content is for FIFO queues/.test(loose.stderr)], [2, true]);
  assert.match((await heddle('create', 'x', '--visibility', '13h')).stderr, /a whole number from 0 to 43200/);
});

test('the snapshot and the metrics tell of queues', async () => {
  const url = new URL('/metrics', service.url);
  const text = await (await fetch(url)).text();
  assert.match(text, /heddle_message_queues \d/);
  assert.match(text, /heddle_message_queue_messages\{state="ready"\} 1\n/);
  const { stdout } = await runCli(service.home, ['ps', '--json']);
  const { queues }: { readonly queues: readonly { readonly name: string; readonly ready: number }[] } =
    JSON.parse(stdout);
  assert.equal(queues.find(({ name }) => name === 'steps.fifo')?.ready, 1);
});
