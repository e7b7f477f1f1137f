import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { zipOf } from '../../src/frontend/testing/zip-of.ts';
import { isPython, type RuntimeName } from '../../src/model/runtimes/configuration.ts';
import { promisedPaths, startMsPromised } from '../../src/model/invocations/start-path.ts';
import { HeddleClient } from '../../src/sdk/client.ts';
import { untilReady } from '../../src/cli/tour/quiet.ts';
import { slownessNow } from './yardstick.ts';
import { type Answer, deploy, invoke, type RunningService } from './service.ts';

/** Whoever can be deployed to and called. */
export type Service = Pick<RunningService, 'client' | 'driver'>;

/** A runtime and a memory, MB. */
export interface Kind {
  readonly runtime: RuntimeName;
  readonly memoryMb: number;
}

/** After `Active` a machine that nobody else uses is ready for the first call within this; it is the promise. */
const restMs = 3_000;
const triesMax = 5;
let functions = 0;

/** Creates a function under a name of its own and waits until it is `Active`. Gives the name. */
export async function deployQuickly(
  service: Service,
  { runtime, memoryMb }: Kind,
  code: string = isPython(runtime)
    ? 'import sys\ndef handler(event, context): return sys.version'
    : 'exports.handler = async () => process.version;',
): Promise<string> {
  const name = `first-${(functions += 1)}-${runtime.replace('.', '')}-${memoryMb}`;
  const more = { Runtime: runtime, MemorySize: memoryMb, Timeout: 60 };
  const Code = { ZipFile: await zipOf({ [isPython(runtime) ? 'index.py' : 'index.js']: code }) };
  await deploy(service, name, code, { ...more, Code });
  return name;
}

/**
 * Resolves after `msMax`, or as soon as the service says that it is ready for the first calls of these functions and prepares nothing any
 * more. Sandboxes have things to do in themselves when they are ready: they always get the whole time.
 */
export async function readyWithin(msMax: number, { client, driver }: Service, names: readonly string[]): Promise<void> {
  if (driver !== 'host') return wait(msMax);
  const { accessKeyId, secretAccessKey } = await client.config.credentials();
  const endpoint = await client.config.endpoint?.();
  const url = `${endpoint?.protocol}//${endpoint?.hostname}:${endpoint?.port}`;
  const key = { accessKeyId, secretAccessKey, credentialsFile: '' };
  using heddle = new HeddleClient({ url, region: 'us-east-1', ...key });
  const ready = async (): Promise<void> => {
    for (const name of names) await untilReady(heddle, name, undefined);
  };
  await Promise.race([ready(), wait(msMax, undefined, { ref: false })]);
}

/**
 * Deploys functions of these kinds at once, waits until they are ready or should be, and calls each for the first time: none may wait for a boot, and each must start
 * within the promise. On a busy machine a single one may be late without a fault of Heddle's, so those that were are tried again,
 * with new functions.
 */
export async function assertFirstCalls(t: TestContext, service: Service, kinds: readonly Kind[]): Promise<Answer[]> {
  const late: string[] = [];
  let left = kinds;
  const answers: Answer[] = [];
  for (let tries = 0; left.length > 0 && tries < triesMax; tries += 1) {
    const names = await Promise.all(left.map((kind) => deployQuickly(service, kind)));
    await readyWithin(restMs, service, names.slice(-1));
    const again: Kind[] = [];
    const slowness = slownessNow();
    for (const [index, kind] of left.entries()) {
      const answer = await invoke(service, names[index] ?? '');
      // `v24.` and `3.13`.
      const version = kind.runtime.replace('nodejs', 'v').replace('python', '').replace('.x', '.');
      assert.ok(String(answer.payload).startsWith(version), String(answer.payload));
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
