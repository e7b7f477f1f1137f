import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { InvokeCommand, PutFunctionEventInvokeConfigCommand, TagResourceCommand } from '@aws-sdk/client-lambda';
import { HeddleClient } from '../../src/sdk/client.ts';
import { findConnection } from '../../src/sdk/connection.ts';
import type { Shape } from '../../src/sdk/shape.ts';
import { driversUnderTest } from '../e2e/drivers.ts';
import { active, deploy, littleWarm, newHome, startHeddle, type RunningService } from '../e2e/service.ts';
import { startRecorder, type Recorder } from './recorder.ts';

// Asynchronous invocations in real containers, by the stock AWS client, with services that are killed and stopped.

/** Says that it has begun, and that it is done. */
const works = (port: number): string => `exports.handler = async ({ id, fail }, context) => {
  const say = (word) => fetch('http://host.heddle.internal:${port}/' + word + '/' + id);
  await say('began');
  if (fail) throw new Error('told to');
  await say('done');
  return { id, attempt: context.awsRequestId };
};`;

/** Hands its event on to another function, as code does. */
const handsOn = `const { LambdaClient, InvokeCommand } = require('@aws-sdk/client-lambda');
exports.handler = async (event) => {
  const { StatusCode } = await new LambdaClient({}).send(new InvokeCommand({
    FunctionName: 'work', InvocationType: 'Event', Payload: JSON.stringify(event) }));
  return StatusCode;
};`;

const isolating = (await driversUnderTest()).filter(({ name }) => name !== 'microvm');
const driver = isolating.find(({ skip }) => skip === false) ?? isolating[0];

describe('asynchronous invocations', { skip: driver?.skip ?? 'no driver' }, () => {
  let recorder: Recorder;
  let home: string;
  let service: RunningService;
  const start = async (): Promise<RunningService> =>
    await startHeddle(home, '--driver', driver?.name ?? 'auto', ...littleWarm, '--stop-wait', '1s');
  before(async () => {
    recorder = await startRecorder();
    home = await newHome();
    service = await start();
    const Tags = { 'heddle:egress': `host.heddle.internal:${recorder.port}`, 'heddle:event-delays': '1ms' };
    await deploy(service, 'work', works(recorder.port), { Tags, Timeout: 60 });
  });
  after(async () => {
    recorder.letGo('began');
    await service[Symbol.asyncDispose]();
    await recorder[Symbol.asyncDispose]();
  });

  async function handOver(id: string, more: object = {}, FunctionName = 'work'): Promise<string> {
    const Payload = JSON.stringify({ id, ...more });
    const { StatusCode, $metadata } = await service.client.send(
      new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload }),
    );
    assert.equal(StatusCode, 202);
    return $metadata.requestId ?? '';
  }
  const said = (word: string): readonly string[] => recorder.told.get(word) ?? [];
  const doneAll = (ids: readonly string[]): Promise<void> =>
    recorder.until(() => ids.every((id) => said('done').includes(id)));

  /** Looks until what is known of an event says that it is over. */
  async function reportOf(requestId: string): Promise<readonly Shape[]> {
    using client = new HeddleClient(findConnection(home, {}));
    for (;;) {
      const events = (await client.admin('GET', `/events/${requestId}`)).list('events');
      if (events.every((event) => event.text('condition') !== '')) return events;
      await wait(10);
    }
  }

  for (const [signal, how] of [
    ['SIGKILL', 'killed'],
    ['SIGTERM', 'stopped'],
  ] as const)
    test(`what runs and what waits when the service is ${how} is done by the next one`, async () => {
      recorder.hold('began');
      const ids = Array.from({ length: 40 }, (_, n) => `${how}-${n}`);
      const requests = new Map(await Promise.all(ids.map(async (id) => [id, await handOver(id)] as const)));
      const begun = (): readonly string[] => said('began').filter((id) => ids.includes(id));
      await recorder.until(() => begun().length > 0);
      await service.kill(signal);
      const interrupted = [...begun()];
      assert.ok(interrupted.length < ids.length, 'some waited');
      recorder.letGo('began');
      service = await start();
      await doneAll(ids);
      const again = ids.filter((id) => begun().filter((each) => each === id).length > 1);
      // What had begun without our having heard of it yet is run again, too; what waited is not.
      assert.deepEqual(new Set([...again, ...interrupted]), new Set(again), 'what ran is run again');
      assert.ok(again.length < ids.length, `${again.length} were run again`);
      for (const id of interrupted) {
        const [event] = await reportOf(requests.get(id) ?? '');
        assert.deepEqual([event?.text('condition'), event?.number('runs')], ['Success', 2], id);
        assert.match(event?.list('attempts')[0]?.text('error') ?? '', /The service ended while it ran/);
      }
    });

  test('one that fails is tried as often as its tags say, and told to an HTTP endpoint that its policy allows', async () => {
    const Destination = `arn:aws:heddle-http:::http://host.heddle.internal:${recorder.port}/failed/x`;
    const config = { FunctionName: 'work', DestinationConfig: { OnFailure: { Destination } } };
    const { FunctionArn = '' } = await service.client.send(new PutFunctionEventInvokeConfigCommand(config));
    await service.client.send(
      new TagResourceCommand({ Resource: FunctionArn.replace(':$LATEST', ''), Tags: { 'heddle:event-retries': '3' } }),
    );
    await active(service, 'work');
    const requestId = await handOver('poison', { fail: true });
    await recorder.until(() => recorder.posted.has('/failed/x'));
    const record = JSON.parse(recorder.posted.get('/failed/x')?.[0] ?? '');
    assert.equal(said('began').filter((id) => id === 'poison').length, 4);
    assert.deepEqual(record.requestContext, {
      requestId,
      functionArn: FunctionArn,
      condition: 'RetriesExhausted',
      approximateInvokeCount: 4,
    });
    assert.deepEqual(record.requestPayload, { id: 'poison', fail: true });
    assert.deepEqual(
      [record.responseContext.functionError, record.responsePayload.errorMessage],
      ['Unhandled', 'told to'],
    );
  });

  test('an endpoint that the policy of the function does not allow is not connected to', async () => {
    const Destination = `arn:aws:heddle-http:::http://127.0.0.1:${recorder.port}/succeeded/x`;
    const config = { FunctionName: 'work', DestinationConfig: { OnSuccess: { Destination } } };
    await service.client.send(new PutFunctionEventInvokeConfigCommand(config));
    const requestId = await handOver('allowed');
    using client = new HeddleClient(findConnection(home, {}));
    for (let error = ''; !/Egress refused: 127\.0\.0\.1/.test(error); await wait(10)) {
      const events = (await client.admin('GET', `/events/${requestId}`)).list('events');
      error = events.at(-1)?.list('attempts').at(-1)?.text('error') ?? '';
    }
    assert.equal(recorder.posted.has('/succeeded/x'), false);
  });

  test('a function is a destination, and code hands over events that are kept like all others', async () => {
    await deploy(service, 'hand-on', handsOn);
    const FunctionArn = 'arn:aws:lambda:us-east-1:000000000000:function:work';
    const { FunctionArn: own = '' } = await service.client.send(
      new PutFunctionEventInvokeConfigCommand({ FunctionName: 'hand-on', MaximumRetryAttempts: 0 }),
    );
    const Destination = FunctionArn.replace('000000000000', own.split(':')[4] ?? '');
    const config = { FunctionName: 'hand-on', DestinationConfig: { OnSuccess: { Destination } } };
    await service.client.send(new PutFunctionEventInvokeConfigCommand(config));
    await service.client.send(
      new PutFunctionEventInvokeConfigCommand({ FunctionName: 'work', MaximumRetryAttempts: 0 }),
    );
    const requestId = await handOver('handed on', {}, 'hand-on');
    await doneAll(['handed on']);
    const [event] = await reportOf(requestId);
    assert.equal(event?.text('condition'), 'Success');
    // The record has no id of its own: the destination was run with it all the same.
    await recorder.until(() => said('done').includes('undefined'));
  });
});
