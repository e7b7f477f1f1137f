import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { processesMarked } from '../../src/instance/processes/processes.ts';
import { runProgram, type Program } from './harness.ts';

const connectionModule = join(import.meta.dirname, '../../src/sdk/threads/session/connection.ts');

/** A temporary folder of a program's own, so that what it leaves there can be told from what others do. */
async function withFolder(body: (folder: string, run: (code: string) => Program) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-t-'));
  const environment = { TMPDIR: folder, HEDDLE_HOME: join(folder, 'nobody'), HEDDLE_URL: '', HEDDLE_DRIVER: 'host' };
  try {
    await body(folder, (code) => runProgram(code, environment));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Nothing in the folder and no process whose home is there; waits for the kernel to end what it ends. */
async function assertNothingLeft(folder: string): Promise<void> {
  const isLeft = async (): Promise<readonly (string | number)[]> => [
    ...(await readdir(folder)),
    ...(await processesBelow(folder)),
  ];
  const until = performance.now() + 120_000;
  let left = await isLeft();
  while (left.length > 0 && performance.now() < until) {
    await wait(50);
    left = await isLeft();
  }
  assert.deepEqual(left, []);
}

async function processesBelow(folder: string): Promise<readonly number[]> {
  const names = await readdir(folder);
  const found = await Promise.all(names.map((name) => processesMarked({ HEDDLE_HOME: join(folder, name) })));
  return found.flat().map(({ pid }) => pid);
}

describe('a program with an embedded service', () => {
  test('ends by itself when it has nothing more to do, and leaves nothing', async () => {
    await withFolder(async (folder, run) => {
      using program = run(`console.log(await work.add(1, 2));`);
      assert.equal(await program.line(), '3');
      assert.equal(await program.ended, 0);
      assert.deepEqual(await readdir(folder), []);
    });
  });

  test('leaves nothing by process.exit while threads run', async () => {
    await withFolder(async (folder, run) => {
      using program = run(`await work.spin.spawn().start; console.log('runs'); process.exit(3);`);
      assert.equal(await program.line(), 'runs');
      assert.equal(await program.ended, 3);
      await assertNothingLeft(folder);
    });
  });

  test('leaves nothing after shutdown, and may go on to start another one', async () => {
    await withFolder(async (folder, run) => {
      using program = run(`const held = work.hold.spawn();
        await held.start;
        held.then(undefined, ({ kind }) => console.log(kind));
        await heddle.shutdown();
        console.log((await import('node:fs')).readdirSync(process.env.TMPDIR).length);
        console.log(await work.add(2, 2));`);
      assert.equal(await program.line(), 'lost');
      assert.equal(await program.line(), '0');
      assert.equal(await program.line(), '4');
      assert.equal(await program.ended, 0);
      await assertNothingLeft(folder);
    });
  });

  test('may end its service and start another one any number of times, and listens to nothing twice', async () => {
    await withFolder(async (folder, run) => {
      using program = run(`process.on('warning', ({ message }) => console.log(message));
        const listeners = () => process.eventNames().map((name) => [name, process.listenerCount(name)]);
        const before = listeners();
        const { threadsConnection } = await import(${JSON.stringify(connectionModule)});
        for (let count = 0; count < 12; count++) {
          await work.add(1, 2);
          if (count % 2 === 0) await heddle.shutdown();
          else (await threadsConnection()).session.close();
        }
        await work.add(1, 2);
        await heddle.shutdown();
        while (JSON.stringify(listeners()) !== JSON.stringify(before)) await new Promise((again) => setTimeout(again, 10));
        console.log('as before');`);
      assert.equal(await program.line(), 'as before');
      assert.equal(await program.ended, 0);
      await assertNothingLeft(folder);
    });
  });

  for (const signal of ['SIGKILL', 'SIGTERM', 'SIGINT'] as const)
    test(`leaves nothing after ${signal}`, async () => {
      await withFolder(async (folder, run) => {
        using program = run(`await work.spin.spawn().start; console.log('runs');`);
        assert.equal(await program.line(), 'runs');
        assert.ok((await processesBelow(folder)).length > 0, 'its instances are found');
        program.kill(signal);
        assert.equal(await program.ended, signal);
        await assertNothingLeft(folder);
      });
    });
});
