import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { type CliRun, runCli, startTestService, type TestService } from '../../testing.ts';

let service: TestService;
before(async () => {
  service = await startTestService();
  writeFileSync(join(service.home, 'pay.mjs'), 'export const handler = () => 1;');
  const options = ['--event-retries', '5', '--event-delays', '10s 1m', '--event-age', '24h'];
  assert.equal((await heddle('deploy', join(service.home, 'pay.mjs'), ...options)).code, 0);
});
after(async () => await service[Symbol.asyncDispose]());

const heddle = async (...args: string[]): Promise<CliRun> => await runCli(service.home, args);

/** Looks until it has ended: nobody is told of that. */
async function ended(requestId: string): Promise<void> {
  for (;;) {
    const [shown] = JSON.parse((await heddle('events', 'show', requestId, '--json')).stdout);
    if (shown.condition !== undefined) return;
  }
}

test('an event is handed over, once for each key, and what became of it is shown', async () => {
  const handOver = async (...more: string[]): Promise<{ requestId: string; repeated: boolean }> =>
    JSON.parse((await heddle('invoke', 'pay', '--async', '--json', ...more)).stdout);
  const first = await handOver('--idempotency-key', 'order-1');
  assert.equal(first.repeated, false);
  assert.deepEqual(await handOver('--idempotency-key', 'order-1'), { ...first, repeated: true });
  const other = await heddle('invoke', 'pay', '--async', '--idempotency-key', 'order-1', '--payload', '{"n":2}');
  assert.equal(other.code, 4);
  assert.match(other.stderr, /idempotency key 'order-1' was used in the last 24 hours/);
  await ended(first.requestId);
  assert.match(
    (await heddle('events', 'show', first.requestId)).stdout,
    /Event of pay, accepted 2.*\n {2}1\. .*: succeeded\n {2}Over: Success/,
  );
  const [shown] = JSON.parse((await heddle('events', 'show', first.requestId, '--json')).stdout);
  assert.deepEqual([shown.line, shown.condition, shown.runs], ['pay', 'Success', 1]);
  const unknown = await heddle('events', 'show', 'nobody');
  assert.match(unknown.stderr, /There is no event with the request id nobody/);
  assert.equal(unknown.code, 4);
});

test('functions are listed with what became of their events; what waits is purged', async () => {
  const { stdout } = await heddle('events');
  assert.match(stdout, /^EVENTS OF +WAITING +OLDEST +IN FLIGHT +RETRYING +FAILED +DELIVERED\npay +0 +- +0 +0 +0 +1\n$/);
  const [line] = JSON.parse((await heddle('events', 'ls', '--json')).stdout);
  assert.deepEqual([line.line, line.kind, line.depth, line.succeeded], ['pay', 'function', 0, 1]);
  assert.match((await heddle('events', 'purge', 'pay')).stderr, /Forgot 0 events of pay/);
});

test('of one function its events are listed: which wait, why, and until when, and which failed', async () => {
  await heddle('deploy', join(service.home, 'pay.mjs'), '--name', 'once', '--event-retries', '0');
  const ids: string[] = [];
  for (const name of ['once', 'pay'])
    ids.push(
      JSON.parse((await heddle('invoke', name, '--async', '--json', '--payload', '{"fail":1}')).stdout).requestId,
    );
  const [failed = '', waiting = ''] = ids;
  await ended(failed);
  const gone = (await heddle('events', 'ls', 'once')).stdout;
  assert.match(gone, /^REQUEST ID +ACCEPTED +STATE +ATTEMPTS +NEXT +LAST ERROR\n/);
  assert.match(gone, new RegExp(`\\n${failed} +\\d+s ago +RetriesExhausted +1 +- +asked to fail\\n`));
  let told: { readonly waiting: readonly { readonly requestId: string; readonly runs: number }[] };
  do told = JSON.parse((await heddle('events', 'ls', 'pay', '--json')).stdout);
  while (told.waiting[0]?.runs === 0);
  const [first] = told.waiting;
  assert.equal(first?.requestId, waiting);
  assert.match((await heddle('events', 'purge', 'pay')).stderr, /Forgot one event of pay|Forgot 1 events of pay/);
  assert.match((await heddle('events', 'ls', 'pay')).stderr, /Nothing waits for pay/);
});

test('what cannot be meant is refused in words', async () => {
  const deploy = (...more: string[]): Promise<CliRun> => heddle('deploy', join(service.home, 'pay.mjs'), ...more);
  assert.match(
    (await deploy('--event-retries', '101')).stderr,
    /heddle:event-retries is '101'; it should be a whole number from 0 to 100/,
  );
  assert.match((await deploy('--event-delays', 'soon')).stderr, /heddle:event-delays is 'soon'/);
  assert.match((await deploy('--dead-letter', 'a b')).stderr, /--dead-letter must be the name of a queue/);
  assert.match((await deploy('--dead-letter', 'dead')).stderr, /there is no such queue/);
});

test('what lies in a dead-letter queue is handed over again, to the function whose it was, and once', async () => {
  const { requestId } = JSON.parse((await heddle('invoke', 'pay', '--async', '--json')).stdout);
  await ended(requestId);
  await heddle('queue', 'create', 'dead');
  const attribute = ['--attribute', `RequestID=${requestId}`];
  assert.equal((await heddle('queue', 'send', 'dead', '{"n":1}', ...attribute)).code, 0);
  const record = { requestContext: { functionArn: 'pay:$LATEST' }, requestPayload: { n: 2 } };
  assert.equal((await heddle('queue', 'send', 'dead', JSON.stringify(record))).code, 0);
  const redrive = async (): Promise<unknown> =>
    JSON.parse((await heddle('events', 'redrive', 'dead', '--json')).stdout);
  assert.deepEqual(await redrive(), { redriven: 2, passedOver: 0, inFlight: 0 });
  assert.match((await heddle('events', 'redrive', 'dead')).stderr, /Handed over 0 events of dead again/);
  const gone = ['--attribute', 'FunctionArn=pay:gone'];
  await heddle('queue', 'send', 'dead', '{"n":3}', ...gone);
  assert.match((await heddle('events', 'redrive', 'dead')).stderr, /Function not found: .*:pay:gone/);
  await heddle('queue', 'purge', 'dead');
  await heddle('queue', 'send', 'dead', '{"n":3}');
  const unknown = await heddle('events', 'redrive', 'dead');
  assert.match(unknown.stderr, /it is not known any more whose event it was/);
  assert.equal(unknown.code, 4);
});

test('a record is handed over byte by byte, and what is no event is passed over and stays', async () => {
  await heddle('queue', 'create', 'mixed');
  const payload = '{"id":12345678901234567890,"f":1.0,"dup":1,"dup":2}';
  const send = async (text: string): Promise<unknown> => await heddle('queue', 'send', 'mixed', text);
  await send('plain text');
  await send('{"plain":"JSON"}');
  await send(`{"requestContext":{"functionArn":"gone:$LATEST"},"requestPayload":{}}`);
  await send(`{"version":"1.0","requestContext":{"functionArn":"pay:$LATEST"},"requestPayload":${payload},"x":1}`);
  const first = await heddle('events', 'redrive', 'mixed');
  assert.equal(first.code, 0);
  assert.match(first.stderr, /Handed over one event of mixed again/);
  assert.match(first.stderr, /Passed over 3 messages, which stay in mixed: Of the message .* not known any more whose/);
  assert.match(first.stderr, /Function not found: .*gone/);
  while (!service.received.includes(payload)) await setImmediate();
  const held = JSON.parse((await heddle('queue', 'receive', 'mixed', '--visibility', '1h', '--keep', '--json')).stdout);
  assert.equal(held.length, 1);
  const again = await heddle('events', 'redrive', 'mixed');
  assert.equal(again.code, 4);
  assert.match(again.stderr, /Handed over 0 events[^]*One message is in flight until [^]*Passed over 2 messages/);
});

test('a schedule keeps what is not said when it is changed, and loses what is to go', async () => {
  await heddle('queue', 'create', 'ticks');
  await heddle('queue', 'create', 'dead');
  const said = ['--time-zone', 'Europe/Berlin', '--dead-letter', 'dead', '--window', '15', '--retries', '3', '--once'];
  const at = ['--cron', '30 2 * * ? *', '--input', '{"n":1}', '--disabled', '--end', '2099-01-01T00:00:00Z'];
  const made = await heddle('schedule', 'set', 'nightly', 'pay', ...said, ...at);
  assert.match(
    made.stderr,
    /^✓ nightly is cron\(30 2 \* \* \? \*\) in Europe\/Berlin\. It is disabled, and is never due before/,
  );
  const shown = async (): Promise<Record<string, unknown>> =>
    JSON.parse((await heddle('schedule', 'show', 'nightly', '--json')).stdout);
  const before = await shown();
  assert.equal((await heddle('schedule', 'set', 'nightly', '--cron', '0 3 * * ? *')).code, 0);
  const after = await shown();
  assert.equal(after['ScheduleExpression'], 'cron(0 3 * * ? *)');
  const changing = new Set(['ScheduleExpression', 'NextDate', 'LastModificationDate']);
  const rest = (of: object): object => Object.fromEntries(Object.entries(of).filter(([name]) => !changing.has(name)));
  assert.deepEqual(rest(after), rest(before));
  const gone = ['--no-dead-letter', '--no-window', '--no-input', '--no-end', '--no-once', '--time-zone', 'UTC'];
  assert.equal((await heddle('schedule', 'set', 'nightly', '--queue', 'ticks', ...gone)).code, 0);
  const bare = await shown();
  const target = after['Target'];
  assert.ok(typeof target === 'object' && target !== null && 'Arn' in target && 'RoleArn' in target);
  const { RoleArn } = target;
  assert.deepEqual(bare['Target'], {
    Arn: String(target.Arn).replace('lambda', 'sqs').replace('function:pay', 'ticks'),
    RoleArn,
    RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 3 },
  });
  assert.partialDeepStrictEqual(bare, {
    State: 'DISABLED',
    ScheduleExpressionTimezone: 'UTC',
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: 'NONE',
  });
  assert.equal(bare['EndDate'], undefined);
  assert.match((await heddle('schedule', 'set', 'none')).stderr, /Say what is called: a function, or --queue QUEUE/);
});

test('a schedule that is to happen once says which of its dates that leaves out', async () => {
  const dates = ['--start', '2098-01-01T00:00:00Z', '--end', '2099-01-01T00:00:00Z'];
  assert.equal(
    (await heddle('schedule', 'set', 'yearly', 'pay', '--every', '365d', '--window', '2h', ...dates)).code,
    0,
  );
  const once = await heddle('schedule', 'set', 'yearly', '--at', '2098-06-01T00:00');
  assert.match(once.stderr, /! Its start is gone: at\(2098-06-01T00:00:00\) is due once\.\n! Its end is gone/);
  const shown = JSON.parse((await heddle('schedule', 'show', 'yearly', '--json')).stdout);
  assert.deepEqual(shown.FlexibleTimeWindow, { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 120 });
  const odd = await heddle('schedule', 'set', 'yearly', '--window', '1.5h');
  assert.match(odd.stderr, /--window is a number of minutes or hours, such as 15m or 2h; it is "1.5h"/);
});

test('events of a function that never was are asked for in vain', async () => {
  for (const asked of ['ls', 'purge']) {
    const { code, stderr } = await heddle('events', asked, 'pya');
    assert.deepEqual([code, /There is no function "pya"\./.test(stderr)], [4, true], stderr);
  }
});

test('a new rate is said to be due at once, and what it needs and is not there is said', async () => {
  const first = await heddle('schedule', 'set', 'pulse', 'nofunction', '--every', '5m', '--dead-letter', 'nope');
  assert.match(first.stderr, /! There is no function nofunction: nothing can be delivered until it is deployed/);
  assert.match(first.stderr, /! There is no queue nope: what cannot be delivered is lost until ".* queue create nope"/);
  assert.match(first.stderr, /✓ pulse is rate\(5 minutes\)\. It is due at once(, and next at 2.* UTC)?\.\n$/);
  const same = await heddle('schedule', 'set', 'pulse', '--queue', 'noqueue', '--no-dead-letter');
  assert.match(same.stderr, /^! There is no queue noqueue: .*\n✓ pulse is rate\(5 minutes\)\. It is due next at 2/);
  const other = await heddle('schedule', 'set', 'pulse', 'pay', '--every', '10m');
  assert.match(other.stderr, /^✓ pulse is rate\(10 minutes\)\. It is due at once/);
  const grouped = await heddle('schedule', 'set', 'team/pulse', 'pay', '--every', '5m');
  assert.match(grouped.stderr, /Schedule group team does not exist/);
  const bad = await heddle('schedule', 'set', 'pulse', '--input', '{bad');
  assert.equal(bad.code, 4);
  assert.match(bad.stderr, /for a function it should be well-formed JSON/);
});

test('schedules show what they delivered, what failed, and why', async () => {
  const input = 'x'.repeat(5_000);
  const { stdout } = await heddle(
    'schedule',
    'set',
    'broken',
    '--queue',
    'gone',
    '--every',
    '1d',
    '--input',
    input,
    '--dead-letter',
    'lost',
    '--json',
  );
  assert.equal(JSON.parse(stdout).Name, 'broken');
  let shown = '';
  // Nobody is told when it was given up.
  do shown = (await heddle('schedule', 'show', 'broken')).stdout;
  while (!/failed 1, waiting 0/.test(shown));
  assert.match(shown, /\n *input +x{200}… \(5,000 characters\)\n/);
  assert.match(
    shown,
    /\n *last error +20\d\d-.* AWS\.SimpleQueueService\.NonExistentQueue: There is no queue gone in the account \d+\. Its dead letter was not taken: There is no queue lost/,
  );
  assert.match(shown, /\n *lost +1, which that queue did not take/);
  const list = (await heddle('schedule', 'ls')).stdout;
  assert.match(list, /DELIVERED +FAILED +WAITING\n/);
  assert.match(list, /\nbroken +rate\(1 days\) +queue gone +enabled +2\S+ \S+ +0 +1 +0/);
});
