import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';
import { paginateListFunctions } from '@aws-sdk/client-lambda';
import { shutdown, spawn } from '../../src/index.ts';
import { nodeRuntimes, pythonRuntimes } from '../../src/model/runtimes/configuration.ts';
import { promisedPaths, startMsPromised } from '../../src/model/invocations/start-path.ts';
import { clientWith, secondAccount } from '../lambda/accounts.ts';
import { driversUnderTest, slowOnly } from './drivers.ts';
import { assertFirstCalls, deployQuickly, type Kind, readyWithin, type Service } from './first-calls.ts';
import { slownessNow } from './yardstick.ts';
import { type Answer, invoke, newHome, startHeddle, type RunningService } from './service.ts';

const largestMb = 10_240;
const sizesMb = [128, 256, 512, 1_024, 2_048, largestMb];
/** Where time is short: each runtime, and each size, but not each of one with each of the other. */
const brief = slowOnly !== false;
const matrix: readonly Kind[] = sizesMb.flatMap((memoryMb, index) =>
  nodeRuntimes
    .filter((_, at) => !brief || at === index % nodeRuntimes.length)
    .map((runtime) => ({ runtime, memoryMb })),
);
/** Those that this machine has for every driver. */
const pythons = pythonRuntimes.filter((runtime) => existsSync(`/usr/bin/${runtime}`));
const pythonMatrix: readonly Kind[] = [128, 1_024].flatMap((memoryMb, index) =>
  pythons.filter((_, at) => !brief || at === index % pythons.length).map((runtime) => ({ runtime, memoryMb })),
);
const threadSizesMb = brief ? [384, largestMb] : [128, 384, 1_024, 3_000, largestMb];
/** Functions of each small kind that a service knows when it starts again. */
const knownOfEach = brief ? 3 : 5;
/** Counted by what may be used, of which these functions use little: the largest fits on any machine. */
const memory = ['--memory', '32G'];
const triesMax = 5;

/** Takes so much memory, and says after so long that it is still there. */
const hungry = `
exports.handler = async ({ mb, ms = 0 }) => {
  const held = [];
  while (held.length < mb / 4) held.push(Buffer.alloc(4 * 1048576, 1));
  await new Promise((resolve) => setTimeout(resolve, ms));
  return held.length * 4;
};`;

for (const { name, skip } of await driversUnderTest()) {
  // Emulated machines are held to the promise by start-paths.test.ts; a matrix of theirs takes half an hour.
  if (name === 'microvm') continue;
  describe(`every configuration is ready, driver ${name}`, { skip }, () => {
    let home: string;
    let service: RunningService;
    let second: Service;
    before(async () => {
      home = await newHome();
      const key = await secondAccount(home);
      service = await startHeddle(home, '--driver', name, ...memory);
      second = { client: clientWith(service.url, key), driver: name };
    });
    after(() => service[Symbol.asyncDispose]());

    test('the first call of every runtime and size, all deployed within a second', async (t) => {
      await assertFirstCalls(t, service, [...matrix, ...pythonMatrix]);
    });

    test('of a second account, too, in an instance of its own', async (t) => {
      const kinds = [
        { runtime: 'nodejs24.x', memoryMb: 512 },
        { runtime: 'nodejs22.x', memoryMb: 1_024 },
      ] as const;
      const [first] = await assertFirstCalls(t, service, kinds.slice(0, 1));
      const answers = await assertFirstCalls(t, second, kinds);
      for (const { instance } of answers) assert.notEqual(instance, first?.instance);
    });

    test('a container that takes more than its function may have dies, and its larger neighbour in the same instance lives', async () => {
      const { small, large, modest } = await neighbours(second);
      const [died, lived] = await Promise.all([
        invoke(second, small, { mb: 300, ms: 2_000 }),
        invoke(second, large, { mb: 700, ms: 2_000 }),
      ]);
      assert.equal(died.container, modest[0].container);
      assert.equal(died.functionError, 'Unhandled');
      assert.match(String(Object(died.payload).errorType), /Runtime\.(ExitError|OutOfMemory)/);
      assert.equal(lived.container, modest[1].container);
      assert.equal(lived.payload, 700);
      assert.equal((await invoke(second, large, { mb: 4 })).container, modest[1].container);
    });

    test('the first thread of any size', async () => {
      process.env['HEDDLE_HOME'] = home;
      process.env['HEDDLE_URL'] = service.url;
      try {
        for (const memoryMb of threadSizesMb) {
          const late: string[] = [];
          for (let n = 0; ; n += 1) {
            assert.ok(n < triesMax, late.join('\n'));
            // Each try is one of a size that was not used before.
            const options = {
              memoryMb: memoryMb === largestMb ? memoryMb - n : memoryMb + n,
              output: 'silent',
            } as const;
            const thread = spawn((a: number, b: number) => a + b, [20, 22], options);
            assert.equal(await thread, 42);
            const { path, ms } = await thread.start;
            const slowness = n === 0 ? 1 : slownessNow();
            if (promisedPaths.includes(path) && ms / slowness <= startMsPromised) break;
            late.push(`${options.memoryMb} MB: ${path} in ${ms} ms`);
            await wait(1_000);
          }
        }
      } finally {
        await shutdown();
        delete process.env['HEDDLE_URL'];
      }
    });

    test('after a restart with many known functions: those used last', async (t) => {
      const small = matrix.filter(({ memoryMb }) => memoryMb < 2_048);
      const names = await Promise.all(
        Array.from({ length: knownOfEach }, () => small)
          .flat()
          .map((kind) => deployQuickly(service, kind)),
      );
      const last = names.slice(-8);
      for (const one of last) await invoke(service, one);
      const late: string[] = [];
      for (let tries = 0; ; tries += 1) {
        assert.ok(tries < triesMax, late.join('\n'));
        await service.kill('SIGTERM');
        service = await startHeddle(home, '--driver', name, ...memory);
        await readyWithin(10_000 * (tries + 1), service, last);
        const slowness = slownessNow();
        const answers = [];
        for (const one of last) answers.push({ one, ...(await invoke(service, one)) });
        const missed = answers.filter(
          ({ path, startMs }) => path === 'cold-instance' || startMs / slowness >= startMsPromised,
        );
        if (missed.length === 0) break;
        late.push(missed.map(({ one, path, startMs }) => `${one}: ${path} in ${startMs} ms`).join(', '));
        t.diagnostic(`late: ${late.at(-1)}`);
      }
      const listed = new Set<string | undefined>();
      for await (const { Functions = [] } of paginateListFunctions({ client: service.client }, {}))
        for (const { FunctionName } of Functions) listed.add(FunctionName);
      for (const one of names) assert.ok(listed.has(one), one);
    });

    test('after what an account had was reaped', async (t) => {
      await service[Symbol.asyncDispose]();
      const idle = ['--container-idle', '1s', '--surplus-idle', '1s', '--instance-idle', '1s'];
      service = await startHeddle(await newHome(), '--driver', name, ...memory, ...idle);
      const kind = { runtime: 'nodejs24.x', memoryMb: 1_024 } as const;
      const [before] = await assertFirstCalls(t, service, [kind]);
      await allReaped(service);
      const [answer] = await assertFirstCalls(t, service, [kind]);
      assert.notEqual(answer?.instance, before?.instance);
      assert.equal(answer?.path, 'warm-instance');
    });
  });
}

/**
 * A small and a large function in the same instance. Where that of the first has nothing ready yet, the second gets another
 * one: then two more are tried, and any small one beside any large one will do.
 */
async function neighbours(
  service: Service,
): Promise<{ small: string; large: string; modest: readonly [Answer, Answer] }> {
  const smalls: Called[] = [];
  const larges: Called[] = [];
  for (let tries = 0; tries < 4 * triesMax; tries += 1) {
    for (const [called, memoryMb] of [[smalls, 128] as const, [larges, 1_024] as const]) {
      const name = await deployQuickly(service, { runtime: 'nodejs24.x', memoryMb }, hungry);
      called.push({ name, answer: await invoke(service, name, { mb: 4 }) });
    }
    for (const small of smalls) {
      const large = larges.find(({ answer }) => answer.instance === small.answer.instance);
      if (large !== undefined) return { small: small.name, large: large.name, modest: [small.answer, large.answer] };
    }
  }
  const instances = [...smalls, ...larges].map(({ name, answer }) => `${name} in ${answer.instance} by ${answer.path}`);
  return assert.fail(`No small function shares an instance with a large one of its account:\n${instances.join('\n')}`);
}

interface Called {
  readonly name: string;
  readonly answer: Answer;
}

/** Waits until no instance belongs to anybody any more. */
async function allReaped({ url }: RunningService): Promise<void> {
  for (;;) {
    const text = await (await fetch(`${url}/metrics`)).text();
    if (!/^heddle_instances\{state="(allocated|retiring)"\} [1-9]/m.test(text)) return;
    await wait(100);
  }
}
