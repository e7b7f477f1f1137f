import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import {
  CreateScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { GetQueueUrlCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { driversUnderTest } from '../e2e/drivers.ts';
import { deploy, littleWarm, newHome, startHeddle, type RunningService } from '../e2e/service.ts';
import { startRecorder, type Recorder } from './recorder.ts';

// Schedules in a real service, by the stock AWS client and on the command line, also over the death of the service.

const tells = (port: number): string =>
  `exports.handler = async ({ id }) => void (await fetch('http://host.heddle.internal:${port}/ran/' + id));`;

const isolating = (await driversUnderTest()).filter(({ name }) => name !== 'microvm');
const driver = isolating.find(({ skip }) => skip === false) ?? isolating[0];
const RoleArn = 'arn:aws:iam::000000000000:role/any';

describe('schedules', { skip: driver?.skip ?? 'no driver' }, () => {
  let recorder: Recorder;
  let home: string;
  let service: RunningService;
  let scheduler: SchedulerClient;
  let account: string;
  const start = async (): Promise<void> => {
    service = await startHeddle(home, '--driver', driver?.name ?? 'auto', ...littleWarm, '--stop-wait', '1s');
    const { credentials } = service.client.config;
    scheduler = new SchedulerClient({ endpoint: service.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  };
  before(async () => {
    recorder = await startRecorder();
    home = await newHome();
    await start();
    const Tags = { 'heddle:egress': `host.heddle.internal:${recorder.port}` };
    await deploy(service, 'tell', tells(recorder.port), { Tags, Timeout: 60 });
    account = String((await heddle('account', 'show', '--json'))['id']);
  });
  after(async () => {
    scheduler.destroy();
    await service[Symbol.asyncDispose]();
    await recorder[Symbol.asyncDispose]();
  });

  async function heddle(...words: readonly string[]): Promise<Record<string, unknown>> {
    const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [main, ...words, '--home', home]);
    return stdout === '' ? {} : JSON.parse(stdout);
  }

  /** In whole seconds, so that it is not over when it is said. */
  const soon = (ms: number): string => new Date(Date.now() + ms + 999).toISOString().slice(0, 19);
  const ran = (id: string): number => (recorder.told.get('ran') ?? []).filter((each) => each === id).length;

  async function once(Name: string, at: string): Promise<void> {
    const Arn = `arn:aws:lambda:us-east-1:${account}:function:tell`;
    await scheduler.send(
      new CreateScheduleCommand({
        Name,
        ScheduleExpression: `at(${at})`,
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn, RoleArn, Input: JSON.stringify({ id: Name }) },
        ActionAfterCompletion: 'DELETE',
      }),
    );
  }

  test('a function is called when it is due, and a schedule that is over goes', async () => {
    await once('due', soon(1_000));
    await recorder.until(() => ran('due') === 1);
    for (;;) if (((await scheduler.send(new ListSchedulesCommand({}))).Schedules ?? []).length === 0) break;
    assert.equal(ran('due'), 1);
  });

  test('a rate sends to a queue at once and goes on; the command line shows it', async () => {
    await heddle('queue', 'create', 'ticks', '--json');
    await heddle('schedule', 'set', 'pulse', '--queue', 'ticks', '--every', '1h', '--input', '{"n":1}', '--json');
    const { credentials } = service.client.config;
    const sqs = new SQSClient({ endpoint: service.url, region: 'us-east-1', credentials, maxAttempts: 1 });
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'ticks' }));
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    sqs.destroy();
    assert.equal(Messages?.[0]?.Body, '{"n":1}');
    const shown = await heddle('schedule', 'show', 'pulse', '--json');
    assert.equal(shown['ScheduleExpression'], 'rate(1 hours)');
    assert.ok(Number(shown['NextDate']) * 1_000 > Date.now());
    await heddle('schedule', 'disable', 'pulse', '--json');
    assert.equal((await scheduler.send(new GetScheduleCommand({ Name: 'pulse' }))).State, 'DISABLED');
  });

  test('what was due while the service was dead is made up for by the next', async () => {
    const at = soon(500);
    await once('missed', at);
    await service.kill('SIGKILL');
    scheduler.destroy();
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, Date.parse(`${at}Z`) - Date.now() + 10)));
    assert.equal(ran('missed'), 0);
    await start();
    await recorder.until(() => ran('missed') >= 1);
  });
});
