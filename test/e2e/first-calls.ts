import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { CreateFunctionCommand, GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { zipOf } from '../../src/frontend/testing/zip-of.ts';
import type { RuntimeName } from '../../src/model/configuration.ts';
import { promisedPaths, startMsPromised } from '../../src/model/start-path.ts';
import { slownessNow } from './yardstick.ts';
import { type Answer, invoke, type RunningService } from './service.ts';

/** Whoever can be deployed to and called. */
export type Service = Pick<RunningService, 'client'>;

/** A runtime and a memory, MB. */
export interface Kind {
  readonly runtime: RuntimeName;
  readonly memoryMb: number;
}

/** After `Active` a machine that nobody else uses is ready for the first call within this; it is the promise. */
const restMs = 3_000;
const triesMax = 5;
let functions = 0;

/** Creates a function and waits until it is `Active`, looking often: a waiter of the SDK looks once a second. Gives its name. */
export async function deployQuickly(
  { client }: Service,
  { runtime, memoryMb }: Kind,
  code: string = `exports.handler = async () => process.version;`,
): Promise<string> {
  const FunctionName = `first-${(functions += 1)}-${runtime.replace('.', '')}-${memoryMb}`;
  await client.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: runtime,
      Role: 'arn:aws:iam::000000000000:role/any',
      Handler: 'index.handler',
      MemorySize: memoryMb,
      Timeout: 60,
      Code: { ZipFile: await zipOf({ 'index.js': code }) },
    }),
  );
  for (;;) {
    const { State, StateReason } = await client.send(new GetFunctionConfigurationCommand({ FunctionName }));
    if (State === 'Active') return FunctionName;
    assert.equal(State, 'Pending', StateReason);
    await wait(20);
  }
}

/**
 * Deploys functions of these kinds at once, rests, and calls each for the first time: none may wait for a boot, and each must start
 * within the promise. On a busy machine a single one may be late without a fault of Heddle's, so those that were are tried again,
 * with new functions.
 */
export async function assertFirstCalls(t: TestContext, service: Service, kinds: readonly Kind[]): Promise<Answer[]> {
  const late: string[] = [];
  let left = kinds;
  const answers: Answer[] = [];
  for (let tries = 0; left.length > 0 && tries < triesMax; tries += 1) {
    const names = await Promise.all(left.map((kind) => deployQuickly(service, kind)));
    await wait(restMs);
    const again: Kind[] = [];
    const slowness = tries === 0 ? 1 : slownessNow();
    for (const [index, kind] of left.entries()) {
      const answer = await invoke(service, names[index] ?? '');
      const version = kind.runtime === 'nodejs24.x' ? /^v24\./ : /^v22\./;
      assert.match(String(answer.payload), version);
      const kept = promisedPaths.some((path) => path === answer.path) && answer.startMs / slowness < startMsPromised;
      if (kept) answers.push(answer);
      else {
        late.push(`${kind.runtime} ${kind.memoryMb} MB: ${answer.path} in ${answer.startMs} ms`);
        t.diagnostic(`late: ${late.at(-1)}`);
        again.push(kind);
      }
    }
    left = again;
  }
  assert.deepEqual(left, [], `promised in ${startMsPromised} ms, ${triesMax} tries:\n${late.join('\n')}`);
  return answers;
}
