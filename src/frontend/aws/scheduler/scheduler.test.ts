import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  DeleteScheduleGroupCommand,
  GetScheduleCommand,
  GetScheduleGroupCommand,
  ListScheduleGroupsCommand,
  ListSchedulesCommand,
  ListTagsForResourceCommand,
  SchedulerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateScheduleCommand,
  paginateListSchedules,
  type CreateScheduleCommandInput,
} from '@aws-sdk/client-scheduler';
import { startTestFrontend, type TestFrontend } from '../../testing/test-frontend.ts';

describe('EventBridge Scheduler', () => {
  let service: TestFrontend;
  let client: SchedulerClient;
  let queue: string;
  before(async () => {
    service = await startTestFrontend();
    const { url: endpoint, region, key } = service;
    client = new SchedulerClient({ endpoint, region, credentials: key, maxAttempts: 1 });
    queue = `arn:aws:sqs:${region}:${key.account}:jobs`;
  });
  after(async () => {
    client.destroy();
    await service[Symbol.asyncDispose]();
  });

  const RoleArn = 'arn:aws:iam::000000000000:role/any';
  function input(changes: Partial<CreateScheduleCommandInput> = {}): CreateScheduleCommandInput {
    return {
      Name: 'nightly',
      ScheduleExpression: 'cron(30 2 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: queue, RoleArn, Input: '{"n":1}' },
      ...changes,
    };
  }

  test('a schedule is made, shown, changed, listed and removed', async () => {
    const arn = `arn:aws:scheduler:${service.region}:${service.key.account}:schedule/default/nightly`;
    assert.equal((await client.send(new CreateScheduleCommand(input()))).ScheduleArn, arn);
    const made = await client.send(new GetScheduleCommand({ Name: 'nightly' }));
    assert.deepEqual([made.Arn, made.GroupName, made.State], [arn, 'default', 'ENABLED']);
    assert.deepEqual(made.Target, {
      Arn: queue,
      RoleArn,
      Input: '{"n":1}',
      RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
    });
    assert.ok(made.CreationDate instanceof Date);
    const StartDate = new Date(Date.now() + 3_600_000);
    StartDate.setMilliseconds(0);
    await client.send(
      new UpdateScheduleCommand(
        input({
          State: 'DISABLED',
          ScheduleExpression: 'rate(5 minutes)',
          StartDate,
          Description: 'later',
          FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
          ActionAfterCompletion: 'DELETE',
        }),
      ),
    );
    const changed = await client.send(new GetScheduleCommand({ Name: 'nightly', GroupName: 'default' }));
    assert.deepEqual(
      [
        changed.State,
        changed.ScheduleExpression,
        changed.StartDate,
        changed.Description,
        changed.ActionAfterCompletion,
      ],
      ['DISABLED', 'rate(5 minutes)', StartDate, 'later', 'DELETE'],
    );
    assert.deepEqual(changed.FlexibleTimeWindow, { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 });
    assert.deepEqual(changed.CreationDate, made.CreationDate);
    const { Schedules = [] } = await client.send(new ListSchedulesCommand({ State: 'DISABLED' }));
    assert.deepEqual(
      Schedules.map(({ Name, Target }) => [Name, Target?.Arn]),
      [['nightly', queue]],
    );
    await client.send(new DeleteScheduleCommand({ Name: 'nightly' }));
    await assert.rejects(client.send(new GetScheduleCommand({ Name: 'nightly' })), {
      name: 'ResourceNotFoundException',
      message: 'Schedule nightly does not exist.',
    });
  });

  test('the same request once more is no conflict; another of that name is', async () => {
    const ClientToken = 'one';
    await client.send(new CreateScheduleCommand(input({ Name: 'again', ClientToken })));
    await client.send(new CreateScheduleCommand(input({ Name: 'again', ClientToken })));
    await assert.rejects(client.send(new CreateScheduleCommand(input({ Name: 'again' }))), {
      name: 'ConflictException',
    });
    await client.send(new DeleteScheduleCommand({ Name: 'again' }));
  });

  test('groups hold schedules, have tags, and take their schedules with them', async () => {
    const { ScheduleGroupArn: ResourceArn = '' } = await client.send(
      new CreateScheduleGroupCommand({ Name: 'team', Tags: [{ Key: 'a', Value: '1' }] }),
    );
    await client.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: 'b', Value: '2' }] }));
    await client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['a'] }));
    const { Tags } = await client.send(new ListTagsForResourceCommand({ ResourceArn }));
    assert.deepEqual(Tags, [{ Key: 'b', Value: '2' }]);
    const { ScheduleGroups = [] } = await client.send(new ListScheduleGroupsCommand({}));
    assert.deepEqual(
      ScheduleGroups.map(({ Name }) => Name),
      ['default', 'team'],
    );
    for (let n = 0; n < 5; n++)
      await client.send(new CreateScheduleCommand(input({ Name: `n${n}`, GroupName: 'team' })));
    const names: (string | undefined)[] = [];
    for await (const page of paginateListSchedules({ client, pageSize: 2 }, { GroupName: 'team', NamePrefix: 'n' }))
      names.push(...(page.Schedules ?? []).map(({ Name }) => Name));
    assert.deepEqual(names, ['n0', 'n1', 'n2', 'n3', 'n4']);
    await client.send(new DeleteScheduleGroupCommand({ Name: 'team' }));
    await assert.rejects(client.send(new GetScheduleGroupCommand({ Name: 'team' })), {
      name: 'ResourceNotFoundException',
    });
    await assert.rejects(client.send(new GetScheduleCommand({ Name: 'n0', GroupName: 'team' })), {
      name: 'ResourceNotFoundException',
    });
    await assert.rejects(client.send(new CreateScheduleCommand(input({ GroupName: 'team' }))), {
      name: 'ResourceNotFoundException',
      message: 'Schedule group team does not exist.',
    });
    await assert.rejects(client.send(new DeleteScheduleGroupCommand({ Name: 'default' })), {
      name: 'ValidationException',
    });
  });

  test('what cannot be meant is refused, and nothing is made', async () => {
    const { account } = service.key;
    const cases: readonly (readonly [Partial<CreateScheduleCommandInput>, RegExp])[] = [
      [{ ScheduleExpression: 'rate(0 minutes)' }, /^Invalid Schedule Expression rate\(0 minutes\)\./],
      [{ ScheduleExpressionTimezone: 'Mars/Base' }, /'Mars\/Base' is no time zone/],
      [{ Name: 'no spaces' }, /at 'name' failed to satisfy constraint/],
      [{ FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }, /MaximumWindowInMinutes must be provided/],
      [{ FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 1_441 } }, /less than or equal to 1440/],
      [{ EndDate: new Date(0) }, /EndDate you specify cannot be in the past/],
      [{ StartDate: new Date(Date.now() - 3_600_000) }, /StartDate you specify cannot be earlier than 5 minutes ago/],
      [{ Target: { Arn: 'arn:aws:ecs:eu-west-1:1:cluster/a', RoleArn } }, /cannot reach/],
      [{ Target: { Arn: queue.replace(account, '999999999999'), RoleArn } }, /cannot reach/],
      [{ Target: { Arn: queue, RoleArn, RetryPolicy: { MaximumRetryAttempts: 186 } } }, /less than or equal to 185/],
    ];
    for (const [changes, message] of cases)
      await assert.rejects(client.send(new CreateScheduleCommand(input(changes))), {
        name: 'ValidationException',
        message,
      });
    assert.deepEqual((await client.send(new ListSchedulesCommand({}))).Schedules, []);
  });

  test('an input that its target can never take is refused', async () => {
    const { account } = service.key;
    const own = `arn:aws:lambda:${service.region}:${account}:function:mis`;
    const url = `http://localhost/${account}/jobs`;
    const make = async (Arn: string, Input?: string): Promise<void> => {
      const Target = { Arn, RoleArn, ...(Input !== undefined && { Input }) };
      await client.send(new CreateScheduleCommand(input({ Name: 'fed', Target })));
      await client.send(new DeleteScheduleCommand({ Name: 'fed' }));
    };
    const [invoke, send] = ['lambda:invoke', 'sqs:sendMessage'].map((name) => `arn:aws:scheduler:::aws-sdk:${name}`);
    assert.ok(invoke !== undefined && send !== undefined);
    const refused: readonly (readonly [string, string | undefined, RegExp])[] = [
      [own, '{bad', /should be well-formed JSON/],
      [invoke, undefined, /needs an Input/],
      [invoke, '[]', /is no JSON object/],
      [invoke, JSON.stringify({ Payload: '{}' }), /has no FunctionName/],
      [invoke, JSON.stringify({ FunctionName: own.replace(account, '111122223333') }), /is not authorized/],
      [
        invoke,
        JSON.stringify({ FunctionName: own.replace(service.region, 'us-east-1') }),
        /not reachable in this region/,
      ],
      [invoke, JSON.stringify({ FunctionName: `${own}:live`, Qualifier: 'old' }), /does not match the specified/],
      [invoke, JSON.stringify({ FunctionName: own, InvocationType: 'RequestResponse' }), /nobody waits for the answer/],
      [invoke, JSON.stringify({ FunctionName: own, DurableExecutionName: 'one' }), /is not told DurableExecutionName/],
      [invoke, JSON.stringify({ FunctionName: own, ClientContext: 'bm8=' }), /Client context must be/],
      [invoke, JSON.stringify({ FunctionName: own, Payload: '{bad' }), /Payload is no JSON/],
      [send, JSON.stringify({ QueueUrl: url.replace(account, '111122223333'), MessageBody: 'x' }), /of account \d+ in/],
      [send, JSON.stringify({ QueueUrl: url }), /must contain the parameter MessageBody/],
      [send, JSON.stringify({ QueueUrl: url, MessageBody: 'x', DelaySeconds: 901 }), /must be >= 0 and <= 900/],
      [send, JSON.stringify({ QueueUrl: url, MessageBody: 'x', Delay: 9 }), /is not told Delay by/],
      [send, JSON.stringify({ QueueUrl: url, MessageBody: 'x', MessageAttributes: { a: {} } }), /non-empty message/],
    ];
    for (const [arn, Input, message] of refused)
      await assert.rejects(make(arn, Input), { name: 'ValidationException', message }, `${arn} ${Input}`);
    await make(queue, '{bad');
    // What stands for the occurrence is replaced before it is read.
    await make(own, '{"attempt": <aws.scheduler.attempt-number>}');
    await make(invoke, JSON.stringify({ FunctionName: own, Qualifier: 'live', Payload: { n: 1 } }));
    await make(send, `{"QueueUrl":"${url}","MessageBody":"<aws.scheduler.execution-id>","DelaySeconds":900}`);
  });

  test('one account never sees another’s, and the key of another service is not good here', async () => {
    await client.send(new CreateScheduleCommand(input({ Name: 'mine' })));
    const other = { accessKeyId: 'AKIAOTHER', secretAccessKey: 'other', account: '222222222222', createdAt: 0 };
    await service.store.accounts.create(
      { id: other.account, createdAt: 0, name: 'other', operator: false, limits: {} },
      other,
    );
    const theirs = new SchedulerClient({
      endpoint: service.url,
      region: service.region,
      credentials: other,
      maxAttempts: 1,
    });
    assert.deepEqual((await theirs.send(new ListSchedulesCommand({}))).Schedules, []);
    await assert.rejects(theirs.send(new DeleteScheduleCommand({ Name: 'mine' })), {
      name: 'ResourceNotFoundException',
    });
    theirs.destroy();
    await client.send(new DeleteScheduleCommand({ Name: 'mine' }));
  });
});
