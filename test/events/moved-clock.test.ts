import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { deploy, newHome, startHeddleBy, type RunningService } from '../e2e/service.ts';
import { startRecorder, type Recorder } from './recorder.ts';

// A real service whose clock is put forward by a year and back, while it runs and while it does not: what came in by the wrong time comes out by the right one.
// Which times are planned anew, and how, is in src/events/…/moved-clock.test.ts.

const yearMs = 365 * 86_400_000;
const RoleArn = 'arn:aws:iam::000000000000:role/any';
const begins = (port: number): string =>
  `exports.handler = async ({ id }) => void (await fetch('http://host.heddle.internal:${port}/began/' + id));`;

let home: string;
let folder: string;
let recorder: Recorder;
let service: RunningService;
let account: string;
/** By how much the service's clock is off. */
let offsetMs = 0;

/** In a width of its own: whoever reads it reads it whole. */
async function setClock(ms: number): Promise<void> {
  offsetMs = ms;
  await writeFile(join(folder, 'clock'), String(ms).padEnd(32), { flag: 'r+' });
}

async function start(): Promise<void> {
  const preload = `--import=${join(import.meta.dirname, 'fixtures', 'settable-clock.ts')}`;
  const deceived = ['env', `NODE_OPTIONS=${preload}`, `HEDDLE_TEST_CLOCK=${join(folder, 'clock')}`];
  service = await startHeddleBy(deceived, home, '--driver', 'host', '--warm', 'none', '--stop-wait', '1s');
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heddle-clock-'));
  await writeFile(join(folder, 'clock'), '0'.padEnd(32));
  home = await newHome();
  recorder = await startRecorder();
  await start();
  await deploy(service, 'work', begins(recorder.port), {
    Tags: { 'heddle:egress': `host.heddle.internal:${recorder.port}` },
    Timeout: 60,
  });
  for (const QueueName of ['held', 'late', 'told', 'order.fifo']) {
    const Attributes: Record<string, string> = QueueName.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
    const made = await sqs().send(new CreateQueueCommand({ QueueName, Attributes }));
    account = new URL(made.QueueUrl ?? '').pathname.split('/')[1] ?? '';
  }
});
after(async () => {
  recorder.letGo('began');
  await service[Symbol.asyncDispose]();
  await recorder[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** As a client is told whose clock is as wrong as the service's. */
function options(): ConstructorParameters<typeof SQSClient>[0] & object {
  const { credentials } = service.client.config;
  return { endpoint: service.url, region: 'us-east-1', credentials, maxAttempts: 1, systemClockOffset: offsetMs };
}
const sqs = (): SQSClient => new SQSClient(options());
const urlOf = (queue: string): string => new URL(`/${account}/${queue}`, service.url).href;

/** The next message; waits for it, as long as it takes. */
async function receive(queue: string, more: object = {}): Promise<string> {
  for (;;) {
    const { Messages = [] } = await sqs().send(
      new ReceiveMessageCommand({ QueueUrl: urlOf(queue), WaitTimeSeconds: 20, ...more }),
    );
    if (Messages[0] !== undefined) return Messages[0].Body ?? '';
  }
}

async function send(queue: string, MessageBody: string, more: object = {}): Promise<void> {
  await sqs().send(new SendMessageCommand({ QueueUrl: urlOf(queue), MessageBody, ...more }));
}

/** A schedule that tells a queue each minute which it is. */
async function eachMinute(Name: string): Promise<void> {
  const scheduler = new SchedulerClient(options());
  await scheduler.send(
    new CreateScheduleCommand({
      Name,
      ScheduleExpression: 'cron(* * * * ? *)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: `arn:aws:sqs:us-east-1:${account}:told`,
        RoleArn,
        Input: `${Name} <aws.scheduler.scheduled-time>`,
      },
    }),
  );
  scheduler.destroy();
}

/** What a schedule tells next of this year, or of another. */
async function toldIn(name: string, year: number): Promise<string> {
  for (;;) {
    const told = await receive('told', { VisibilityTimeout: 43_200 });
    if (told.startsWith(`${name} ${year}-`)) return told;
  }
}

/** So much more than this year, and soon a full minute: nobody waits for one. */
function aMomentBeforeAMinute(aheadMs: number): number {
  const at = Date.now() + aheadMs;
  return aheadMs + (Math.ceil(at / 60_000) * 60_000 - 1_500 - at);
}

const yearAt = (ms: number): number => new Date(Date.now() + ms).getUTCFullYear();

test('while the service runs: schedules, delayed messages and messages in flight go on by the right time at once', async () => {
  await setClock(aMomentBeforeAMinute(yearMs));
  await eachMinute('minutes');
  await toldIn('minutes', yearAt(yearMs));
  await send('held', 'held');
  assert.equal(await receive('held', { VisibilityTimeout: 1 }), 'held');
  await send('late', 'late', { DelaySeconds: 1 });
  await send('order.fifo', 'first', { MessageGroupId: 'g', MessageDeduplicationId: 'same' });

  await setClock(aMomentBeforeAMinute(0));
  assert.equal(await receive('held'), 'held');
  assert.equal(await receive('late'), 'late');
  await toldIn('minutes', yearAt(0));
  assert.equal(await receive('order.fifo'), 'first');
  const logged = service.log();
  assert.match(logged, /The clock was put forward/);
  assert.match(logged, /The clock was put back: what was due later than it can be was planned anew/);
});

test('killed with -9 while the clock is wrong, and put right before the next start: events and schedules go on at once', async () => {
  await setClock(aMomentBeforeAMinute(2 * yearMs));
  await eachMinute('later');
  await toldIn('later', yearAt(2 * yearMs));
  recorder.hold('began');
  const lambda = new LambdaClient(options());
  await lambda.send(new InvokeCommand({ FunctionName: 'work', InvocationType: 'Event', Payload: '{"id":"one"}' }));
  lambda.destroy();
  await recorder.until(() => recorder.told.get('began')?.length === 1);
  await service.kill('SIGKILL');
  recorder.letGo('began');
  await setClock(aMomentBeforeAMinute(0));
  await start();
  await recorder.until(() => recorder.told.get('began')?.length === 2);
  await toldIn('later', yearAt(0));
});
