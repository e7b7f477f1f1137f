import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { callBoto3Kinds } from '../stock-tools/boto3-kinds.ts';
import { callCliKinds } from '../stock-tools/cli-kinds.ts';
import { stockTools } from '../stock-tools/stock-tools.ts';
import { driversUnderTest } from '../e2e/drivers.ts';
import { pageAsItIs, pageOf } from './lambda-model/page.ts';
import { allOperations } from './lambda-model/schema.ts';
import { walkAll } from './lambda-model/walk-all.ts';
import type { Seen } from './lambda-model/walk.ts';
import { newHome, startHeddle, type RunningService } from '../e2e/service.ts';

const drivers = await driversUnderTest();
const works = drivers.find(({ name, skip }) => name !== 'microvm' && skip === false);
const skip = works === undefined ? drivers.map((driver) => `${driver.name}: ${driver.skip}`).join('; ') : false;

const tools = await stockTools();
const start = async (): Promise<RunningService> =>
  await startHeddle(await newHome(), '--driver', works?.name ?? 'host', '--warm', 'none');

describe('every operation of AWS’s model, through the SDK', { skip }, () => {
  let seen: ReadonlyMap<string, Seen>;
  before(async () => {
    await using service = await start();
    seen = await walkAll(service);
  });

  test('is called', () => {
    const untried = allOperations().filter(({ name }) => !seen.has(name));
    assert.deepEqual(
      untried.map(({ name }) => name),
      [],
      'test/lambda/lambda-model/story.ts has no call of these',
    );
  });

  for (const { name } of allOperations())
    test(`${name} is answered as the model has it, or refused by name`, () => {
      const answer = seen.get(name);
      assert(answer !== undefined);
      assert.notEqual(answer.outcome, 'failed', answer.message);
      assert.deepEqual(answer.faults, []);
    });

  test('docs/lambda-compatibility.md says what was seen', () => {
    assert.equal(pageAsItIs(), pageOf(allOperations(), seen), 'run ./heddle --node tools/lambda-compatibility.ts');
  });
});

describe('operations of each kind', { skip }, () => {
  test('are read by boto3 as its own', { skip: tools.skip }, async () => {
    await using service = await start();
    await callBoto3Kinds(tools, service);
  });

  test('are called by the AWS CLI', { skip: tools.skip }, async () => {
    await using service = await start();
    await callCliKinds(tools, service);
  });
});
