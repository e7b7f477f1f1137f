import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  GetDurableExecutionCommand,
  ListDurableExecutionsByFunctionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  SendDurableExecutionCallbackFailureCommand,
  SendDurableExecutionCallbackHeartbeatCommand,
  SendDurableExecutionCallbackSuccessCommand,
  StopDurableExecutionCommand,
  UpdateFunctionCodeCommand,
  InvokeCommand,
} from '@aws-sdk/client-lambda';
import { driversUnderTest } from '../e2e/drivers.ts';
import { runCli } from '../../src/cli/testing.ts';
import { littleWarm, newHome, startHeddle, type RunningService } from '../e2e/service.ts';
import { begin, deployDurable, endOf, eventIn, execute, historyOf, told, zipOfFunctions } from './durable-function.ts';

const drivers = await driversUnderTest({ usual: 'host' });
for (const { name: driver, skip } of drivers.filter(({ name }) => name !== 'microvm'))
  // Most of them wait for seconds to pass.
  describe(`durable functions with AWS's library on ${driver}`, { skip, concurrency: 4 }, () => {
    let service: RunningService;
    let home: string;
    before(async () => {
      home = await newHome();
      service = await startHeddle(home, '--driver', driver, ...littleWarm);
    });
    after(() => service[Symbol.asyncDispose]());

    /** The id of the callback that an execution waits for, once its invocation has ended. */
    async function callbackOf(arn: string): Promise<string> {
      const started = await eventIn(service, arn, ({ EventType }) => EventType === 'CallbackStarted');
      await eventIn(service, arn, ({ EventType }) => EventType === 'InvocationCompleted');
      return started.CallbackStartedDetails?.CallbackId ?? assert.fail('A callback has no id.');
    }

    test('a step is not run twice, though its function is invoked again after a wait', async () => {
      await deployDurable(service, 'order');
      const { value, functionError, arn } = await execute(service, 'order', { id: 5 });
      assert.equal(functionError, undefined, JSON.stringify(value));
      assert.deepEqual(value, { charged: { id: 5, run: 1 }, sent: 'shipped 5' });
      const events = await historyOf(service, arn);
      assert.deepEqual(told(events).slice(1, -1), [
        'StepStarted charge',
        'StepSucceeded charge',
        'WaitStarted cool-off',
        'WaitSucceeded cool-off',
        'StepStarted ship',
        'StepSucceeded ship',
      ]);
      assert.equal(events.filter(({ EventType }) => EventType === 'InvocationCompleted').length, 2);
      assert.equal(events[0]?.ExecutionStartedDetails?.Input?.Payload, '{"id":5}');
      const charged = events.find(({ EventType }) => EventType === 'StepSucceeded')?.StepSucceededDetails;
      assert.deepEqual(charged?.Result, { Payload: '{"id":5,"run":1}', Truncated: false });
      assert.deepEqual(await historyOf(service, arn, 2), events, 'The same by pages.');
    });

    test('a name is an execution: asked again it is the same one, with something else it is refused', async () => {
      await deployDurable(service, 'order', { name: 'named' });
      const first = await execute(service, 'named', { id: 1 }, 'order-1');
      const again = await execute(service, 'named', { id: 1 }, 'order-1');
      assert.deepEqual(again, first);
      await assert.rejects(execute(service, 'named', { id: 2 }, 'order-1'), {
        name: 'DurableExecutionAlreadyStartedException',
      });
      const running = await begin(service, 'named', { id: 3 }, 'order-3');
      assert.equal(await begin(service, 'named', { id: 3 }, 'order-3'), running);
      const joined = await execute(service, 'named', { id: 3 }, 'order-3');
      assert.equal(joined.arn, running);
      const listed = await service.client.send(new ListDurableExecutionsByFunctionCommand({ FunctionName: 'named' }));
      assert.deepEqual(
        listed.DurableExecutions?.map(({ DurableExecutionName, Status }) => [DurableExecutionName, Status]),
        [
          ['order-3', 'SUCCEEDED'],
          ['order-1', 'SUCCEEDED'],
        ],
      );
    });

    test('a step that fails is tried again after its delay; one that fails for good fails its execution', async () => {
      await deployDurable(service, 'flaky');
      await deployDurable(service, 'hopeless');
      const { value, arn } = await execute(service, 'flaky');
      assert.deepEqual(value, { attempts: 3 });
      const failures = (await historyOf(service, arn)).flatMap(({ StepFailedDetails }) => StepFailedDetails ?? []);
      assert.deepEqual(
        failures.map(({ RetryDetails, Error: error }) => [RetryDetails, error?.Payload?.ErrorMessage]),
        [1, 2].map((attempt) => [{ CurrentAttempt: attempt, NextAttemptDelaySeconds: 1 }, `attempt ${attempt} failed`]),
      );
      const failed = await execute(service, 'hopeless');
      assert.equal(failed.functionError, 'Unhandled');
      assert.match(JSON.stringify(failed.value), /it never works/);
      const shown = await service.client.send(new GetDurableExecutionCommand({ DurableExecutionArn: failed.arn }));
      assert.equal(shown.Status, 'FAILED');
      assert.match(shown.Error?.ErrorMessage ?? '', /it never works/);
    });

    test('somebody outside answers, refuses, or gives signs of life; what nobody answers is too late', async () => {
      await deployDurable(service, 'approval');
      await deployDurable(service, 'impatient');
      const { client } = service;
      const asked = await begin(service, 'approval', {});
      const CallbackId = await callbackOf(asked);
      await client.send(new SendDurableExecutionCallbackHeartbeatCommand({ CallbackId }));
      await client.send(new SendDurableExecutionCallbackSuccessCommand({ CallbackId, Result: Buffer.from('yes') }));
      assert.deepEqual(await endOf(service, asked), { answer: 'yes' });
      const again = client.send(new SendDurableExecutionCallbackSuccessCommand({ CallbackId }));
      await assert.rejects(again, { name: 'CallbackTimeoutException' });

      const refused = await begin(service, 'impatient', {});
      const id = await callbackOf(refused);
      const word = { ErrorType: 'Refused', ErrorMessage: 'not this one' };
      await client.send(new SendDurableExecutionCallbackFailureCommand({ CallbackId: id, Error: word }));
      assert.deepEqual(await endOf(service, refused), { gaveUp: 'not this one' });

      assert.deepEqual((await execute(service, 'impatient', { timeout: 1 })).value, { gaveUp: 'Callback timed out' });
      const silent = (await execute(service, 'impatient', { timeout: 60, heartbeat: 1 })).value;
      assert.deepEqual(silent, { gaveUp: 'Callback timed out on heartbeat' });
      const made = client.send(new SendDurableExecutionCallbackSuccessCommand({ CallbackId: 'bm90aGluZw==' }));
      await assert.rejects(made, { name: 'InvalidParameterValueException', message: 'Invalid callback id' });
    });

    test('a function answers for one that waits, as code of the account; what runs is not told apart by names alone', async () => {
      await deployDurable(service, 'approval', { name: 'asks' });
      await deployDurable(service, 'order', { name: 'asks-too' });
      await deployDurable(service, 'answers', { durable: false });
      const asked = await begin(service, 'asks', {}, 'same');
      await begin(service, 'asks-too', { id: 1, seconds: 600 }, 'same');
      const stopped = await runCli(home, ['executions', 'stop', 'same']);
      assert.match(stopped.stderr, /2 functions or programs have an execution same/);
      const event = { id: await callbackOf(asked), text: 'yes' };
      const told = await service.client.send(
        new InvokeCommand({ FunctionName: 'answers', Payload: JSON.stringify(event) }),
      );
      assert.equal(told.FunctionError, undefined, Buffer.from(told.Payload ?? []).toString());
      assert.deepEqual(await endOf(service, asked), { answer: 'yes' });
    });

    test('who waits for a function that may not run is refused, and no execution is left behind', async () => {
      await deployDurable(service, 'order', { name: 'closed' });
      const which = { FunctionName: 'closed' };
      await service.client.send(new PutFunctionConcurrencyCommand({ ...which, ReservedConcurrentExecutions: 0 }));
      await assert.rejects(execute(service, 'closed', { id: 1 }), {
        name: 'TooManyRequestsException',
        Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      });
      const listed = await service.client.send(new ListDurableExecutionsByFunctionCommand(which));
      assert.deepEqual(listed.DurableExecutions, []);
    });

    test('branches, items and contexts of their own come to one result', async () => {
      await deployDurable(service, 'fan');
      const { value } = await execute(service, 'fan', { items: [1, 2, 3] });
      assert.deepEqual(value, { both: ['left', 'right'], doubled: [2, 4, 6], inside: 3 });
    });

    test('other functions are invoked, durable ones and plain ones, and one that is not there is an error', async () => {
      await deployDurable(service, 'chain');
      await deployDurable(service, 'order', { name: 'inner' });
      await deployDurable(service, 'plain', { durable: false });
      const { value, functionError, arn } = await execute(service, 'chain', {
        plain: 'plain',
        durable: 'inner:$LATEST',
      });
      assert.equal(functionError, undefined, JSON.stringify(value));
      assert.deepEqual(value, {
        plain: { n: 21 },
        durable: { charged: { id: 7, run: 1 }, sent: 'shipped 7' },
        missing: `Function not found: ${arn.replace(/chain:.*/, 'nobody:$LATEST')}`,
        failing: 'there is no n',
      });
      const inner = await service.client.send(new ListDurableExecutionsByFunctionCommand({ FunctionName: 'inner' }));
      const started = (await historyOf(service, arn)).find(({ Name }) => Name === 'durable');
      assert.equal(
        started?.ChainedInvokeStartedDetails?.DurableExecutionArn,
        inner.DurableExecutions?.[0]?.DurableExecutionArn,
      );
    });

    test('a condition is looked at until it is so; results that fit nowhere are made anew or kept apart', async () => {
      await deployDurable(service, 'poll');
      await deployDurable(service, 'large');
      assert.equal((await execute(service, 'poll')).value, 3);
      const { value } = await execute(service, 'large', { bytes: 6_200_000 });
      assert.deepEqual(Object(value).parts, [200_000, 200_000]);
      assert.equal(Object(value).text.length, 6_200_000);
    });

    test('code that dies is invoked again, and goes on from what it did', async () => {
      await deployDurable(service, 'dies');
      const { value, arn } = await execute(service, 'dies');
      assert.deepEqual(value, { first: 'kept' });
      const events = await historyOf(service, arn);
      const [died] = events.flatMap(({ InvocationCompletedDetails }) => InvocationCompletedDetails ?? []);
      assert.match(died?.Error?.Payload?.ErrorMessage ?? '', /exit/i);
      assert.equal(told(events).filter((line) => line === 'StepSucceeded before').length, 1);
    });

    test('more operations than one event holds are read by pages', async () => {
      await deployDurable(service, 'many');
      const { value } = await execute(service, 'many', { steps: 60, bytes: 100_000 });
      assert.equal(value, (59 * 60) / 2);
    });

    test('an execution is stopped, asleep or awake; one that takes too long is over', async () => {
      await deployDurable(service, 'approval', { name: 'stopped' });
      await deployDurable(service, 'approval', { name: 'slow', timeoutSeconds: 1 });
      const { client } = service;
      const DurableExecutionArn = await begin(service, 'stopped', {});
      await callbackOf(DurableExecutionArn);
      const why = { ErrorMessage: 'not needed' };
      const { StopTimestamp } = await client.send(new StopDurableExecutionCommand({ DurableExecutionArn, Error: why }));
      const shown = await client.send(new GetDurableExecutionCommand({ DurableExecutionArn }));
      assert.deepEqual([shown.Status, shown.EndTimestamp, shown.Error], ['STOPPED', StopTimestamp, why]);
      const late = await execute(service, 'slow', {});
      assert.deepEqual(late.value, { errorType: 'Error', errorMessage: 'Execution timed out after 1 seconds.' });
    });

    test('an execution goes on with the version that it began with', async () => {
      await deployDurable(service, 'approval', { name: 'versioned' });
      const { client } = service;
      const { Version } = await client.send(new PublishVersionCommand({ FunctionName: 'versioned' }));
      const call = { FunctionName: 'versioned', Qualifier: Version, InvocationType: 'Event' } as const;
      const { DurableExecutionArn: arn = '' } = await client.send(new InvokeCommand({ ...call, Payload: '{}' }));
      const CallbackId = await callbackOf(arn);
      const ZipFile = await zipOfFunctions('exports.approval = async () => { throw new Error("another"); };');
      await client.send(new UpdateFunctionCodeCommand({ FunctionName: 'versioned', ZipFile }));
      await client.send(new SendDurableExecutionCallbackSuccessCommand({ CallbackId, Result: Buffer.from('still') }));
      assert.deepEqual(await endOf(service, arn), { answer: 'still' });
    });

    test('a durable function is called by a version, and waited for only where it ends soon', async () => {
      await deployDurable(service, 'order', { name: 'long', timeoutSeconds: 901 });
      await assert.rejects(service.client.send(new InvokeCommand({ FunctionName: 'long' })), {
        name: 'InvalidParameterValueException',
        message: 'You cannot invoke a durable function using an unqualified ARN.',
      });
      await assert.rejects(execute(service, 'long'), {
        message: 'You cannot synchronously invoke a durable function with an executionTimeout greater than 15 minutes.',
      });
    });
  });
