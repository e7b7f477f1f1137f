import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import {
  CreateFunctionCommand,
  DeleteProvisionedConcurrencyConfigCommand,
  ListProvisionedConcurrencyConfigsCommand,
  PutProvisionedConcurrencyConfigCommand,
} from '@aws-sdk/client-lambda';
import { parseSchedule } from '../../../cli/settings/parse-schedule.ts';
import { startTestFrontend } from '../../testing/test-frontend.ts';
import { zipOf } from '../../testing/zip-of.ts';
import { nextAt, rulesThatHold } from './schedule.ts';

const berlin =
  'hello:live=5 at 0 8 * * 1-5 in Europe/Berlin; hello:live=1 at 0 20 * * 1-5 in Europe/Berlin; 123456789012/other:3=2 at 30 6,18 * * *';

test('the rule that was due last holds, in its own time zone, also where clocks are changed', () => {
  const rules = parseSchedule(berlin);
  const held = (iso: string): string[] =>
    rulesThatHold(rules, Date.parse(iso)).map(
      ({ rule, at }) => `${rule.functionName} ${rule.count} ${new Date(at).toISOString()}`,
    );
  // A Monday in winter, an hour ahead of UTC; a Monday after clocks were changed; a Sunday.
  assert.deepEqual(held('2026-03-23T07:00:00Z'), [
    'hello 5 2026-03-23T07:00:00.000Z',
    'other 2 2026-03-23T06:30:00.000Z',
  ]);
  assert.deepEqual(held('2026-03-30T06:10:00Z'), [
    'hello 5 2026-03-30T06:00:00.000Z',
    'other 2 2026-03-29T18:30:00.000Z',
  ]);
  assert.deepEqual(held('2026-03-29T12:00:00Z'), [
    'hello 1 2026-03-27T19:00:00.000Z',
    'other 2 2026-03-29T06:30:00.000Z',
  ]);
  const [morning] = rules;
  assert.ok(morning);
  assert.equal(nextAt(morning, Date.parse('2026-03-28T00:00:00Z')), Date.parse('2026-03-30T06:00:00Z'));
});

test('a rule in an hour that clocks leave out is due after it, and in one that comes twice, once', () => {
  const [rule] = parseSchedule('f:1=2 at 30 2 * * * in Europe/Berlin');
  assert.ok(rule);
  const due = (from: string, until: string): string[] => {
    const times: string[] = [];
    for (let at = nextAt(rule, Date.parse(from)); at !== undefined && at < Date.parse(until); at = nextAt(rule, at)) {
      times.push(new Date(at).toISOString());
      assert.equal(rulesThatHold([rule], at)[0]?.at, at, 'What is due then is what holds from then on.');
    }
    return times;
  };
  assert.deepEqual(due('2026-03-28T12:00Z', '2026-03-30T12:00Z'), [
    '2026-03-29T01:00:00.000Z',
    '2026-03-30T00:30:00.000Z',
  ]);
  assert.deepEqual(due('2026-10-24T12:00Z', '2026-10-26T12:00Z'), [
    '2026-10-25T00:30:00.000Z',
    '2026-10-26T01:30:00.000Z',
  ]);
});

test('a list of rules may be one text, and what is no rule says what it should be', () => {
  assert.deepEqual(parseSchedule('a:1=2 at 0,30 8 * * *,b:x=0 at 5 4 * * * in Asia/Tokyo'), [
    { functionName: 'a', qualifier: '1', count: 2, cron: '0,30 8 * * *', timeZone: 'UTC' },
    { functionName: 'b', qualifier: 'x', count: 0, cron: '5 4 * * *', timeZone: 'Asia/Tokyo' },
  ]);
  for (const wrong of [
    'a=2 at 0 8 * * *',
    'a:1=2 at 99 8 * * *',
    'a:1=2 at 0 8 * * * in Nowhere/Land',
    'a:1=2 at 8 o’clock',
  ])
    assert.throws(() => parseSchedule(wrong), /must be NAME:QUALIFIER=COUNT at CRON in ZONE/);
});

test('what was due while no service ran is made up for at the start, and not what was changed by hand since', async () => {
  const home = await mkdtemp(join(tmpdir(), 'heddle-schedule-'));
  try {
    const provisionedSchedule = parseSchedule(
      'byhand:1=3 at 0 0 1 1 *;givenup:1=3 at 0 0 1 1 *;planned:1=3 at * * * * *',
    );
    const first = await startTestFrontend({ home });
    const put = async (FunctionName: string): Promise<void> => {
      const Code = { ZipFile: await zipOf({ 'index.mjs': 'export const handler = () => 1;' }) };
      const client = first.client();
      const function_ = {
        FunctionName,
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::000000000000:role/any',
      } as const;
      await client.send(new CreateFunctionCommand({ ...function_, Publish: true, Code }));
    };
    await put('planned');
    for (const FunctionName of ['byhand', 'givenup']) {
      await put(FunctionName);
      const its = { FunctionName, Qualifier: '1' };
      await first
        .client()
        .send(new PutProvisionedConcurrencyConfigCommand({ ...its, ProvisionedConcurrentExecutions: 1 }));
      if (FunctionName === 'givenup') await first.client().send(new DeleteProvisionedConcurrencyConfigCommand(its));
    }
    await first[Symbol.asyncDispose]();
    await using again = await startTestFrontend({ home, provisionedSchedule });
    const counts = (): (readonly [string, number | undefined])[] =>
      again.workerManager.provisions.map(({ key, parts }) => [key.functionName, parts[0]?.count] as const);
    while (counts().length < 2) await setImmediate();
    assert.deepEqual(counts(), [
      ['byhand', 1],
      ['planned', 3],
    ]);
    const { ProvisionedConcurrencyConfigs } = await again
      .client()
      .send(new ListProvisionedConcurrencyConfigsCommand({ FunctionName: 'planned' }));
    assert.equal(ProvisionedConcurrencyConfigs?.[0]?.RequestedProvisionedConcurrentExecutions, 3);
    const given = await again.client().send(new ListProvisionedConcurrencyConfigsCommand({ FunctionName: 'givenup' }));
    assert.deepEqual(given.ProvisionedConcurrencyConfigs, []);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});
