import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { DeleteFunctionConcurrencyCommand, InvokeCommand, PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import { CreateScheduleCommand, GetScheduleCommand, ListSchedulesCommand } from '@aws-sdk/client-scheduler';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { driversUnderTest } from '../e2e/drivers.ts';
import { deploy, invoke, littleWarm, startHeddle, type RunningService } from '../e2e/service.ts';
import { begin, deployDurable, endOf, eventIn } from '../executions/durable-function.ts';
import { clientsOf, type Clients } from './proof/deployment.ts';
import { startRecorder, type Recorder } from './recorder.ts';

// A home on a file system of its own, which fills up while a service keeps events there.

const driver = (await driversUnderTest()).find(({ name }) => name === 'host');
const skip = process.getuid?.() === 0 ? (driver?.skip ?? 'no driver') : 'only root can mount a file system to fill';

/** Of the file system, and of each event that fills it. */
const homeMib = 24;
const padding = 'x'.repeat(50_000);
/** More than fit, by far. */
const eventsMax = 2 * homeMib * 20;

const code = (port: number): string => `exports.handler = async ({ id }) => {
  if (id !== undefined) await fetch('http://host.heddle.internal:${port}/done/' + id);
  return 'answered';
};`;

describe('a service whose disk is full', { skip }, () => {
  let home: string;
  let ballast: string;
  let recorder: Recorder;
  let service: RunningService;
  let clients: Clients;
  let arn: (service: string, what: string) => string;
  let execution: string;
  let program: ChildProcessByStdio<Writable, Readable, null>;
  let printed: AsyncIterator<string>;
  const taken = { events: new Set<string>(), messages: new Set<string>(), schedules: new Set<string>() };
  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'heddle-full-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${homeMib}m`, 'heddle-test', home]);
    ballast = join(home, 'ballast');
    recorder = await startRecorder();
    service = await startHeddle(home, '--driver', 'host', ...littleWarm);
    const Tags = { 'heddle:egress': `host.heddle.internal:${recorder.port}` };
    for (const name of ['work', 'wait']) await deploy(service, name, code(recorder.port), { Tags });
    await deployDurable(service, 'tells', { function: { Tags, Timeout: 300 } });
    const concurrency = { FunctionName: 'wait', ReservedConcurrentExecutions: 0 };
    await service.client.send(new PutFunctionConcurrencyCommand(concurrency));
    const { QueueUrl = '' } = await (
      await clientsOf(service, '')
    ).sqs.send(new CreateQueueCommand({ QueueName: 'jobs' }));
    const [account = ''] = new URL(QueueUrl).pathname.slice(1).split('/');
    clients = await clientsOf(service, account);
    arn = (of, what) => `arn:aws:${of}:us-east-1:${account}:${what}`;
  });
  after(async () => {
    clients[Symbol.dispose]();
    if (program.exitCode === null) {
      program.kill('SIGKILL');
      await once(program, 'exit');
    }
    await service.kill('SIGTERM');
    await recorder[Symbol.asyncDispose]();
    execFileSync('umount', [home]);
    rmSync(home, { recursive: true });
  });

  const accept = (id: string): Promise<unknown> => {
    const Payload = JSON.stringify({ id, padding });
    return service.client.send(new InvokeCommand({ FunctionName: 'wait', InvocationType: 'Event', Payload }));
  };
  const send = (id: string): Promise<unknown> =>
    clients.sqs.send(new SendMessageCommand({ QueueUrl: clients.queueUrl('jobs'), MessageBody: id + padding }));
  const create = (id: string, seconds = 3_600): Promise<unknown> =>
    clients.scheduler.send(
      new CreateScheduleCommand({
        Name: id,
        ScheduleExpression: `at(${new Date(Date.now() + seconds * 1_000).toISOString().slice(0, 19)})`,
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: arn('sqs', 'jobs'), RoleArn: 'arn:aws:iam::000000000000:role/any', Input: `"${id}"` },
        Description: padding.slice(0, 500),
      }),
    );

  /** Events, until some are refused one after the other: after a first refusal the store makes what room it can. */
  async function acceptUntilFull(): Promise<void> {
    for (let n = 0, refused = 0; refused < 3; n += 1) {
      assert.ok(n < eventsMax, `${n} were taken, and the disk has ${statfsSync(home).bavail} free pages`);
      try {
        await accept(`event-${n}`);
        taken.events.add(`event-${n}`);
        refused = 0;
      } catch (error) {
        assert.match(String(error), /no space on the disk/);
        refused += 1;
      }
    }
  }

  /** What takes events says why not; what waits for nobody's disk goes on. */
  async function refusesAll(id: string): Promise<void> {
    const full = { name: 'ServiceException', message: /no space on the disk/, $metadata: { httpStatusCode: 503 } };
    const refused = (error: unknown, { name, message }: { readonly name: string; readonly message: RegExp }): true => {
      assert.match(String(error), message);
      assert.deepEqual([Object(error).name, Object(error).$metadata.httpStatusCode], [name, 503]);
      return true;
    };
    await assert.rejects(accept(id), (error) => refused(error, full));
    await assert.rejects(create(id), (error) => refused(error, full));
    const noQueue = { name: 'ServiceUnavailable', message: /There is no space left/ };
    await assert.rejects(send(id), (error) => refused(error, noQueue));
    assert.equal((await invoke(service, 'work')).payload, 'answered');
  }

  test('it refuses in words what it cannot keep, and goes on with calls that are waited for', async () => {
    for (let n = 0; n < 5; n += 1) {
      await send(`message-${n}`);
      await create(`schedule-${n}`);
      taken.messages.add(`message-${n}`);
      taken.schedules.add(`schedule-${n}`);
    }
    recorder.hold('between');
    execution = await begin(service, 'tells', { port: recorder.port });
    await recorder.until(() => recorder.told.has('between'));
    const fixture = join(import.meta.dirname, '../executions/fixtures/gated-program.ts');
    const env = { ...process.env, HEDDLE_HOME: home, HEDDLE_URL: '' };
    program = spawn(process.execPath, [fixture, 'gated'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    printed = createInterface(program.stdout)[Symbol.asyncIterator]();
    assert.equal((await printed.next()).value, 'between');
    await create('due-while-full', 2);
    await acceptUntilFull();
    assert.ok(taken.events.size > 0, 'some were taken before');
    await refusesAll('refused');
  });

  test("an execution begins nothing more, which AWS's library takes for a failure of the invocation, and nothing is invoked", async () => {
    recorder.letGo('between');
    program.stdin.end();
    const ended = await eventIn(service, execution, ({ EventType }) => EventType === 'InvocationCompleted');
    assert.match(String(ended.InvocationCompletedDetails?.Error?.Payload?.ErrorMessage), /no space on the disk/);
    assert.equal(recorder.told.get('between')?.length, 1);
  });

  test('nor does it end, or take anything, when others fill the disk to the last byte', async () => {
    const fill = (): void => {
      for (;;) appendFileSync(ballast, Buffer.alloc(4_096));
    };
    assert.throws(fill, { code: 'ENOSPC' });
    await refusesAll('refused-again');
    // Until the schedule is due that cannot be written down now.
    const due = await clients.scheduler.send(new GetScheduleCommand({ Name: 'due-while-full' }));
    const dueMs = Date.parse(`${/at\((.*)\)/.exec(due.ScheduleExpression ?? '')?.[1]}Z`);
    await wait(Math.max(0, dueMs - Date.now()));
    await refusesAll('refused-once-more');
    assert.equal(service.process.exitCode, null);
  });

  test('what it took is there when there is space again, and is done', async () => {
    rmSync(ballast);
    await service.client.send(new DeleteFunctionConcurrencyCommand({ FunctionName: 'wait' }));
    await recorder.until(() => (recorder.told.get('done')?.length ?? 0) >= taken.events.size);
    assert.deepEqual(new Set(recorder.told.get('done')), taken.events);
    assert.equal((await printed.next()).value, '42', 'the program waited for room');
    assert.equal(await endOf(service, execution), 'ok');
    assert.deepEqual([recorder.told.get('first')?.length, recorder.told.get('between')?.length], [1, 2]);
    const { Schedules = [] } = await clients.scheduler.send(new ListSchedulesCommand({ NamePrefix: 'schedule-' }));
    assert.deepEqual(new Set(Schedules.map(({ Name = '' }) => Name)), taken.schedules);
    const QueueUrl = clients.queueUrl('jobs');
    const wanted = new Set([...taken.messages].map((id) => id + padding)).add('"due-while-full"');
    for (const seen = new Set<string>(); seen.size < wanted.size;) {
      const ask = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 });
      for (const { Body = '', ReceiptHandle } of (await clients.sqs.send(ask)).Messages ?? []) {
        assert.ok(wanted.has(Body), `nothing that was refused is there: ${Body.slice(0, 40)}`);
        seen.add(Body);
        await clients.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    }
  });
});
