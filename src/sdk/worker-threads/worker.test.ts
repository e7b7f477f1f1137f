import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, describe, test } from 'node:test';
import { BroadcastChannel, MessageChannel, setEnvironmentData, SHARE_ENV, Worker } from './index.ts';
import { shutdown } from '../threads/session/connection.ts';

// On a service of our own in this process, with real containers.
const home = mkdtempSync(join(tmpdir(), 'heddle-workers-'));
process.env['HEDDLE_HOME'] = home;
process.env['HEDDLE_DRIVER'] = 'host';
delete process.env['HEDDLE_URL'];
const workers: Worker[] = [];
after(async () => {
  await Promise.all(workers.map((worker) => worker.terminate()));
  await shutdown();
  rmSync(home, { recursive: true });
});

/** A worker of code that has `parentPort` and `workerData` at hand. */
function evaluated(code: string, options: ConstructorParameters<typeof Worker>[1] = {}): Worker {
  const head = "const { parentPort, workerData, ...threads } = require('worker_threads');";
  const worker = new Worker(`${head}\n${code}`, { eval: true, ...options });
  workers.push(worker);
  return worker;
}

async function firstMessage(worker: Worker): Promise<unknown> {
  const [message]: unknown[] = await once(worker, 'message');
  return message;
}

describe('a Worker', () => {
  test('runs in a container, not here', async () => {
    const worker = evaluated("parentPort.postMessage([require('os').hostname(), process.pid])");
    const [host, pid] = [await firstMessage(worker)].flat();
    assert.notEqual(host, hostname());
    assert.notEqual(pid, process.pid);
  });

  test('tells of its life: online, messages, error, exit', async () => {
    const worker = evaluated("parentPort.postMessage(1); throw Object.assign(new RangeError('far'), { code: 'FAR' })");
    const events: unknown[] = [];
    worker.on('online', () => events.push('online'));
    worker.on('message', (message) => events.push(message));
    worker.on('error', (error) => events.push(error));
    const code = await new Promise((resolve) => worker.on('exit', resolve));
    // Node keeps no order between messages and errors: they come through different ports.
    const error = events.find((event) => event instanceof Error);
    assert.deepEqual([events[0], events.filter((event) => event !== error), code], ['online', ['online', 1], 1]);
    assert.ok(error instanceof RangeError && 'code' in error && error.code === 'FAR' && error.message === 'far');
    assert.match(error.stack ?? '', /RangeError: far\n.*\[worker eval\]/);
  });

  test("is sent nothing of what else is in Node's pool beside a small Buffer", async () => {
    const secret = Buffer.from('a secret of this program');
    const small = Buffer.from('small');
    assert.equal(small.buffer, secret.buffer);
    const worker = evaluated(
      "parentPort.on('message', (view) => parentPort.postMessage([view, Buffer.from(view.buffer).toString('latin1')]))",
    );
    worker.postMessage(small);
    const [view, memory] = [await firstMessage(worker)].flat();
    await worker.terminate();
    assert.deepEqual(view, new Uint8Array(small));
    assert.ok(!String(memory).includes(String(secret)));
  });

  test('exits with the code that its process.exit is given', async () => {
    assert.deepEqual(await once(evaluated('process.exit(7)'), 'exit'), [7]);
  });

  test('is given data, arguments, environment and environment data', async () => {
    setEnvironmentData('colour', 'green');
    const code =
      "parentPort.postMessage([workerData, process.argv.slice(2), process.env.A, threads.getEnvironmentData('colour')])";
    const worker = evaluated(code, { workerData: new Map([[1, new Date(0)]]), argv: ['x', 1], env: { A: 'b' } });
    assert.deepEqual(await firstMessage(worker), [new Map([[1, new Date(0)]]), ['x', '1'], 'b', 'green']);
  });

  test('knows its modules by the paths that they have here, below a folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'heddle-paths-'));
    after(() => rmSync(folder, { recursive: true }));
    const [main, module] = [join(folder, 'main.cjs'), join(folder, 'module.mjs')];
    writeFileSync(module, 'export default [import.meta.url, import.meta.filename];');
    writeFileSync(
      main,
      `import('./module.mjs').then(({ default: [url, path] }) => {
        const found = [__filename, process.argv[1], url, path, require.resolve(${JSON.stringify(module)})];
        require('worker_threads').parentPort.postMessage([...found, __filename in require.cache]);
        throw new Error('thrown');
      });`,
    );
    const worker = new Worker(main);
    workers.push(worker);
    // Both come; that the message does so first is not promised, and `once` would fail by the error.
    const posted = new Promise<unknown>((resolve) => void worker.once('message', resolve));
    const [message, [error]] = await Promise.all([posted, once(worker, 'error')]);
    const there = (path: string): string => `/var/task/files${path}`;
    const modules = [`file://${there(module)}`, there(module), there(module)];
    assert.deepEqual(message, [there(main), there(main), ...modules, true]);
    assert.ok(String(error.stack).includes(`(${main}:`) || String(error.stack).includes(` ${main}:`), error.stack);
  });

  test('has the number and the name that it has here', async () => {
    const worker = evaluated('parentPort.postMessage([threads.threadId, threads.isMainThread])', { name: 'nine' });
    assert.deepEqual(await firstMessage(worker), [worker.threadId, false]);
  });

  test('moves buffers, and ports, both ways and nested', async () => {
    const { port1, port2 } = new MessageChannel();
    const worker = evaluated(`
      parentPort.once('message', ({ deep: [port], buffer }) => {
        const { port1, port2 } = new threads.MessageChannel();
        port.postMessage({ back: port2, bytes: buffer.byteLength }, [port2]);
        port1.once('message', (text) => { port1.postMessage(text + '!'); port1.close(); port.close(); });
      });`);
    const buffer = new ArrayBuffer(600_000);
    worker.postMessage({ deep: [port2], buffer }, [port2, buffer]);
    assert.equal(buffer.byteLength, 0);
    const [{ back, bytes }] = await once(port1, 'message');
    assert.equal(bytes, 600_000);
    back.postMessage('hello');
    assert.deepEqual(await once(back, 'message'), ['hello!']);
    await once(worker, 'exit');
  });

  test('hears broadcasts of this process and of other Workers, and they hear its own', async () => {
    const code = `const channel = new BroadcastChannel('news');
      channel.onmessage = ({ data }) => { parentPort.postMessage(data); channel.close(); };
      parentPort.postMessage('open');`;
    const listeners = [evaluated(code), evaluated(code)];
    await Promise.all(listeners.map(firstMessage));
    const channel = new BroadcastChannel('news');
    const messages = listeners.map(firstMessage);
    channel.postMessage('extra');
    assert.deepEqual(await Promise.all(messages), ['extra', 'extra']);
    channel.close();
  });

  test('has real streams where they are asked for', async () => {
    const code = "process.stdin.pipe(process.stdout); process.stderr.write('aside');";
    const worker = evaluated(code, { stdin: true, stdout: true, stderr: true });
    worker.stdin?.end('through');
    assert.deepEqual(await Promise.all([text(worker.stdout), text(worker.stderr)]), ['through', 'aside']);
  });

  test('that posts faster than anybody listens waits, and loses nothing', async () => {
    const worker = evaluated('for (let n = 0; n < 20_000; n++) parentPort.postMessage(n)');
    const received: number[] = [];
    worker.on('message', (n: number) => received.push(n));
    await once(worker, 'exit');
    assert.deepEqual(received, [...Array(20_000).keys()]);
  });

  test('that loops for ever is terminated', async () => {
    const worker = evaluated("parentPort.postMessage('on'); for (;;);");
    await firstMessage(worker);
    assert.equal(await worker.terminate(), 1);
  });

  test('that needs more memory than its limit fails as a Worker does here', async () => {
    const code = "const all = []; for (;;) all.push(new Array(100_000).fill('x'.repeat(9)));";
    const worker = evaluated(code, { resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 } });
    assert.equal(worker.resourceLimits.maxOldGenerationSizeMb, 16);
    const [error]: unknown[] = await once(worker, 'error');
    assert.ok(error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY');
  });

  test('whose service is lost tells of an error', async () => {
    const worker = evaluated('setInterval(() => {}, 1_000)');
    await once(worker, 'online');
    const events: unknown[] = [];
    worker.on('error', (error) => events.push(String(error)));
    const exited = new Promise((resolve) => worker.on('exit', resolve));
    await shutdown();
    assert.equal(await exited, 1);
    assert.deepEqual(events, ['RemoteError: The session was closed.']);
  });

  test('tells how busy its loop is, and gives a heap snapshot', async () => {
    const worker = evaluated("parentPort.once('message', () => {}); parentPort.postMessage(0)");
    await firstMessage(worker);
    assert.deepEqual(worker.performance.eventLoopUtilization(), { idle: 0, active: 0, utilization: 0 });
    const snapshot: unknown = JSON.parse(await text(await worker.getHeapSnapshot()));
    assert.ok(typeof snapshot === 'object' && snapshot !== null && 'nodes' in snapshot);
    assert.ok(worker.performance.eventLoopUtilization().active > 0);
    await worker.terminate();
  });
});

describe('what cannot cross machines is refused at once', () => {
  const shared = new SharedArrayBuffer(4);
  const refused = { name: 'DataCloneError', message: /another machine/ };

  test('shared memory', () => {
    assert.throws(() => evaluated('', { workerData: { deep: new Uint8Array(shared) } }), refused);
  });

  test('the environment', () => {
    assert.throws(() => evaluated('', { env: SHARE_ENV }), refused);
  });

  test('what only Node on this machine knows', async () => {
    const worker = evaluated("parentPort.once('message', () => {})");
    assert.throws(() => worker.postMessage({ blob: new Blob(['x']) }), refused);
    assert.throws(() => worker.postMessage(() => undefined), { name: 'DataCloneError' });
    await worker.terminate();
  });

  test('shared memory that a Worker posts, in the Worker', async () => {
    const code =
      'try { parentPort.postMessage(new SharedArrayBuffer(1)) } catch (error) { parentPort.postMessage(error.name) }';
    assert.equal(await firstMessage(evaluated(code)), 'DataCloneError');
  });
});
