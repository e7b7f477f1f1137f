import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { limits } from '../../model/limits.ts';
import { call, invoke } from '../guest-fixture.ts';
import { ContainerDiedError } from '../guest/boot.ts';
import { bootGuest, cleanTest, loaded, type Subject } from './subject.ts';

const named = (name: string): string =>
  `let calls = 0; export const handler = async (event) => [${JSON.stringify(name)}, event, ++calls];`;
const echo = 'export const handler = async (event) => event;';

/** Host and containers talk, each over a channel of its own. */
export function traffic(subject: Subject): void {
  cleanTest(subject, 'several containers answer at the same time, each on its own channel', async () => {
    await using booted = await bootGuest(subject);
    const third = await booted.guest.makeContainer('nodejs24.x', AbortSignal.timeout(subject.options.testMsMax));
    const containers = await Promise.all(
      [booted.first, booted.second, third].map((container, index) => loaded(container, named(`code ${index}`))),
    );
    for (let round = 1; round <= 20; round++) {
      const answers = await Promise.all(containers.map((container) => call(container, round)));
      assert.deepEqual(
        answers,
        containers.map((_, index) => [`code ${index}`, round, round]),
      );
    }
  });

  cleanTest(subject, 'payloads of several MiB go both ways, unharmed, on two channels at once', async () => {
    await using booted = await bootGuest(subject);
    const containers = await Promise.all([booted.first, booted.second].map((container) => loaded(container, echo)));
    await Promise.all(
      containers.map(async (container) => {
        // As a JSON string in hexadecimal, just below the largest payload there is.
        const event = randomBytes(limits.payloadBytesMax / 2 - 64).toString('hex');
        assert.equal(digest(await call(container, event)), digest(event));
      }),
    );
  });

  cleanTest(subject, 'a container that dies is mourned alone', async () => {
    await using booted = await bootGuest(subject);
    const dies = await loaded(booted.first, 'export const handler = () => process.kill(process.pid, "SIGKILL");');
    const lives = await loaded(booted.second, echo);
    await assert.rejects(invoke(dies), ContainerDiedError);
    const exit = await dies.exited;
    assert.deepEqual([exit.reason, exit.signal], ['exit', 'SIGKILL']);
    assert.equal(await call(lives, 'still here'), 'still here');
  });

  cleanTest(
    subject,
    'a container that ends itself says how on a busy machine too, and costs its instance nothing',
    async () => {
      await using booted = await bootGuest(subject);
      const exits = await loaded(booted.first, 'export const handler = () => process.exit(3);');
      const dies = await loaded(booted.second, 'export const handler = () => process.kill(process.pid, "SIGKILL");');
      {
        // An emulated processor is busy enough with one program beside it.
        using _ = busyMachine(subject.driver.capabilities.emulated ? 1 : 4);
        await Promise.all([exits, dies].map((container) => assert.rejects(invoke(container), ContainerDiedError)));
        assert.partialDeepStrictEqual(await exits.exited, { reason: 'exit', code: 3, signal: null });
        assert.partialDeepStrictEqual(await dies.exited, { reason: 'exit', code: null, signal: 'SIGKILL' });
      }
      const signal = AbortSignal.timeout(subject.options.testMsMax);
      const next = await loaded(await booted.guest.makeContainer('nodejs24.x', signal), echo);
      assert.equal(await call(next, 'still here'), 'still here');
    },
  );

  cleanTest(
    subject,
    'a container that never ends is killed from outside, and its neighbour does not notice',
    async () => {
      await using booted = await bootGuest(subject);
      const spins = await loaded(booted.first, 'export const handler = () => { for (;;); };');
      const lives = await loaded(booted.second, echo);
      const { promise, resolve } = Promise.withResolvers<void>();
      const ended = assert.rejects(invoke(spins, {}, { onStarted: resolve }), ContainerDiedError);
      await promise;
      assert.equal(await call(lives, 1), 1);
      await spins.kill();
      await ended;
      assert.equal((await spins.exited).reason, 'killed');
      assert.equal(await call(lives, 2), 2);
    },
  );
}

/** So many programs for each processor that want all of it, until disposed of. */
function busyMachine(each: number): Disposable {
  const programs = Array.from({ length: availableParallelism() * each }, () =>
    spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
  );
  return {
    [Symbol.dispose]: () => {
      for (const program of programs) program.kill('SIGKILL');
    },
  };
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
