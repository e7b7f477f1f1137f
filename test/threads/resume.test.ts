import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { attach, RemoteError, shutdown } from '../../src/index.ts';
import { processesMarked } from '../../src/instance/processes/processes.ts';
import type { RunningService } from '../e2e/service.ts';
import { cuttingProxy } from './cutting-proxy.ts';
import { noneRuns, runProgram, useService, work } from './harness.ts';

describe('threads, connections and clients that come and go', () => {
  let service: RunningService;
  const module = work();
  before(async () => {
    service = await useService('host');
  });
  after(() => service[Symbol.asyncDispose]());

  const here = (): Record<string, string> => ({ HEDDLE_HOME: service.home, HEDDLE_URL: service.url });

  test('a connection that is cut again and again loses no thread, and doubles none', async () => {
    await shutdown();
    await using proxy = await cuttingProxy(service.url);
    process.env['HEDDLE_URL'] = proxy.url;
    try {
      const counting = module.countUp.stream(0, 400);
      const got: number[] = [];
      let cuts = 0;
      const large = module.bytes(3_000_000);
      const many = Array.from({ length: 40 }, (_, n) => module.add(n, n));
      for await (const n of counting) {
        got.push(n);
        if (n % 100 === 50) cuts += proxy.cut();
      }
      assert.deepEqual(
        got,
        Array.from({ length: 400 }, (_, n) => n),
      );
      assert.deepEqual(
        await Promise.all(many),
        Array.from({ length: 40 }, (_, n) => 2 * n),
      );
      assert.equal((await large).length, 3_000_000);
      assert.ok(cuts >= 3 && proxy.connections > cuts, `${cuts} cuts, ${proxy.connections} connections`);
    } finally {
      await shutdown();
      process.env['HEDDLE_URL'] = service.url;
    }
  });

  test('a detached thread is found from another process, while it runs and when it has ended', async () => {
    const thread = module.waitForPost.spawn();
    await once(thread.port, 'message');
    const id = thread.detach();
    using other = runProgram(
      `const thread = heddle.attach(${JSON.stringify(id)});
      await thread.start;
      console.log('attached');
      thread.port.postMessage('from afar');
      console.log(await thread);`,
      here(),
    );
    assert.equal(await other.line(), 'attached');
    assert.equal(await other.line(), 'from afar');
    assert.equal(await other.ended, 0);
    // It was attached elsewhere, and its first owner hears its end all the same.
    assert.equal(await thread, 'from afar');
    assert.equal(await attach(id), 'from afar');
  });

  test('a detached thread goes on when its process has nothing more to do, or is killed; an attached one is cancelled', async () => {
    using ending = runProgram(
      `const thread = work.waitForPost.spawn();
      await new Promise((resolve) => thread.port.once('message', resolve));
      console.log(thread.detach());`,
      here(),
    );
    const left = await ending.line();
    assert.equal(await ending.ended, 0);
    using killed = runProgram(
      `const threads = [work.waitForPost.spawn(), work.hold.spawn()];
      await new Promise((resolve) => threads[0].port.once('message', resolve));
      await threads[1].start;
      threads[0].detach();
      await threads[0].state();
      console.log(threads.map(({ id }) => id).join());
      await threads[1];`,
      here(),
    );
    const [detached = '', held = ''] = (await killed.line()).split(',');
    killed.kill('SIGKILL');
    assert.equal(await killed.ended, 'SIGKILL');
    for (const id of [left, detached]) {
      const again = attach<unknown>(id);
      await again.start;
      again.port.postMessage(id);
      assert.equal(await again, id);
    }
    // The one that was not detached is ended when its client has not come back in time.
    await assert.rejects(Promise.resolve(attach(held)), RemoteError);
    await noneRuns(service);
  });

  test('a thread that is detached as soon as it is started is kept, however soon it ends', async () => {
    const started = Array.from({ length: 100 }, (_, n) => {
      const thread = module.add.spawn(n, 1);
      return { thread, id: thread.detach(), n };
    });
    await Promise.all(started.map(({ thread }) => thread));
    for (const { id, n } of started) assert.equal(await attach(id), n + 1);
  });

  test('the result of a detached thread survives a restart of the service, a large one too', async () => {
    const small = module.add.spawn(1, 2);
    const large = module.bytes.spawn(2_000_000);
    const ids = [small.detach(), large.detach()];
    await Promise.all([small, large]);
    await service.kill('SIGTERM');
    await shutdown();
    const { startHeddle } = await import('../e2e/service.ts');
    await using second = await startHeddle(service.home, '--driver', 'host');
    process.env['HEDDLE_URL'] = second.url;
    assert.equal(await attach(ids[0] ?? ''), 3);
    assert.deepEqual(await attach(ids[1] ?? ''), new Uint8Array(2_000_000).fill(7));
    await shutdown();
  });
});

describe('threads whose service fails them', () => {
  const module = work();

  test('an instance that is killed under a thread: lost, or tried again where that is allowed', async () => {
    await using service = await useService('host');
    const kill = async (): Promise<void> => {
      const victims = await Promise.all(service.homes.map((HEDDLE_HOME) => processesMarked({ HEDDLE_HOME })));
      for (const { pid } of victims.flat())
        try {
          process.kill(pid, 'SIGKILL');
        } catch (error) {
          // It went with one that was killed before it.
          if (Object(error).code !== 'ESRCH') throw error;
        }
    };
    const lost = module.hold.spawn();
    await lost.start;
    await kill();
    await assert.rejects(Promise.resolve(lost), { name: 'RemoteError', kind: 'lost' });
    const retried = module.waitForPost.with({ retries: { max: 2 } }).spawn();
    await once(retried.port, 'message');
    await kill();
    await once(retried.port, 'message');
    retried.port.postMessage('second try');
    assert.equal(await retried, 'second try');
  });

  test('a wrong key is refused, with what the service says', async () => {
    await using service = await useService('host');
    const path = join(service.home, 'credentials');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(/(aws_secret_access_key\s*=\s*)./, '$1!'));
    await assert.rejects(module.add(1, 2), /refused: 403 .*signature/is);
  });
});
