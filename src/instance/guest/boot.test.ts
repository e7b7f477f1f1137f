import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { systemClock } from '../../model/clock.ts';
import { newId } from '../../model/id.ts';
import { boot, ContainerDiedError } from './boot.ts';
import type { GuestContainer } from '../guest.ts';
import { bundleOf, call, initOf, invoke, load, startTestGuest, testConfiguration } from '../guest-fixture.ts';
import { createHostDriver } from '../host/driver.ts';

const counter = 'let calls = 0; export const handler = async (event) => ({ event, calls: ++calls });';

function two(containers: readonly GuestContainer[]): [GuestContainer, GuestContainer] {
  const [first, second] = containers;
  assert.ok(first !== undefined && second !== undefined);
  return [first, second];
}

test('a guest comes up with blank containers that take code and keep it', async () => {
  await using started = await startTestGuest();
  const [first, second] = two(started.guest.firstContainers);
  await load(first, counter);
  assert.deepEqual(await call(first, 'a'), { event: 'a', calls: 1 });
  assert.deepEqual(await call(first, 'b'), { event: 'b', calls: 2 });
  await load(second, counter);
  assert.deepEqual(await call(second, 'c'), { event: 'c', calls: 1 });
});

test('user code is announced before its first line, and what it prints comes before its answer', async () => {
  await using started = await startTestGuest();
  const [container] = two(started.guest.firstContainers);
  await load(container, 'console.log("top"); export const handler = async () => { console.log("in"); return 1; };');
  const order: string[] = [];
  const { answer } = await invoke(
    container,
    {},
    {
      onStarted: () => order.push('started'),
      onLog: (text) => order.push(/top|in$/m.exec(text)?.[0] ?? text),
    },
  );
  assert.ok(answer.ok);
  assert.deepEqual(order, ['started', 'top', 'in']);
});

test('one invocation at a time, and one code in a container', async () => {
  await using started = await startTestGuest();
  const [container] = two(started.guest.firstContainers);
  await assert.rejects(invoke(container), /cannot run an invocation/);
  await load(container, counter);
  const first = invoke(container);
  await assert.rejects(invoke(container), /one invocation at a time/);
  assert.ok((await first).answer.ok);
  await assert.rejects(load(container, counter), /has its code already/);
});

test('code that the instance has is not asked for again', async () => {
  await using started = await startTestGuest();
  const [first, second] = two(started.guest.firstContainers);
  const bundle = bundleOf(counter);
  let asked = 0;
  const code = async (): Promise<typeof bundle> => {
    asked++;
    return bundle;
  };
  await Promise.all([first, second].map((container) => container.load(bundle.sha256, code, initOf())));
  const third = await started.guest.makeContainer('nodejs24.x', AbortSignal.timeout(600_000));
  await third.load(bundle.sha256, code, initOf());
  assert.deepEqual(await call(third, 1), { event: 1, calls: 1 });
  assert.equal(asked, 1);
});

test('a container sees its own code, read-only, and nothing of others', async () => {
  await using started = await startTestGuest();
  const [first, second] = two(started.guest.firstContainers);
  await load(second, counter);
  await load(
    first,
    `import fs from 'node:fs';
     const attempt = (act) => { try { act(); return 'done'; } catch (error) { return error.code; } };
     export const handler = async () => ({
       files: fs.readdirSync('/var/task'),
       writes: ['/var/task/x', '/x', '/usr/x', '/dev/x', '/opt/x'].map((path) => attempt(() => fs.writeFileSync(path, ''))),
       alter: attempt(() => fs.chmodSync('/var/task/index.mjs', 0o777)),
       tmp: attempt(() => fs.writeFileSync('/tmp/x', '')),
       processes: fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name)).length,
       work: fs.existsSync('/run/heddle'),
       inherited: fs.readdirSync('/proc/self/fd').map((fd) => attempt(() => fs.readlinkSync('/proc/self/fd/' + fd)) && fs.existsSync('/proc/self/fd/' + fd) && fs.readlinkSync('/proc/self/fd/' + fd)).filter((link) => String(link).startsWith('socket:')).length,
       options: fs.readFileSync('/proc/1/cmdline', 'latin1').includes('--ro-bind'),
     });`,
  );
  const seen = await call(first);
  assert.deepEqual(seen, {
    files: ['index.mjs'],
    writes: ['EROFS', 'EROFS', 'EROFS', 'EROFS', 'EROFS'],
    alter: 'EROFS',
    tmp: 'done',
    processes: 2,
    work: false,
    // Its data channel; what it writes to as standard output and error are pipes.
    inherited: 1,
    options: false,
  });
});

test('a bundle larger than a message arrives in parts', async () => {
  await using started = await startTestGuest();
  const [container] = two(started.guest.firstContainers);
  const large = Buffer.alloc(20_000_000, 'heddle');
  const index = Buffer.from(
    `import fs from 'node:fs'; import { createHash } from 'node:crypto';
     export const handler = async () => createHash('sha256').update(fs.readFileSync('/var/task/data/large')).digest('hex');`,
  );
  const files = [
    { path: 'data/large', mode: 0o644, data: large },
    { path: 'index.mjs', mode: 0o644, data: index },
    { path: 'empty', mode: 0o644, data: Buffer.alloc(0) },
  ];
  await container.load('large', async () => ({ sha256: 'large', files, bytes: 0 }), initOf());
  const { createHash } = await import('node:crypto');
  assert.equal(await call(container), createHash('sha256').update(large).digest('hex'));
});

test('a container that exits says how, its invocation is rejected, and the next one is not taken', async () => {
  await using started = await startTestGuest();
  const [container, other] = two(started.guest.firstContainers);
  await load(container, 'export const handler = async () => process.kill(process.pid, "SIGSEGV");');
  await assert.rejects(invoke(container), (error) => {
    assert.ok(error instanceof ContainerDiedError);
    assert.partialDeepStrictEqual(error.exit, { reason: 'exit', code: null, signal: 'SIGSEGV' });
    return true;
  });
  await assert.rejects(invoke(container), ContainerDiedError);
  await load(other, counter);
  assert.deepEqual(await call(other, 1), { event: 1, calls: 1 });
});

test('an error of initialisation is answered before the container is dead', async () => {
  await using started = await startTestGuest();
  const [container] = two(started.guest.firstContainers);
  await load(container, 'throw new TypeError("no luck");');
  const { answer } = await invoke(container);
  assert.ok(!answer.ok && answer.phase === 'init' && answer.exits);
  assert.equal(answer.error.errorType, 'TypeError');
  assert.equal((await container.exited).reason, 'exit');
});

test('a killed container leaves no process and no file, and may be killed again', async () => {
  await using started = await startTestGuest();
  const [container] = two(started.guest.firstContainers);
  await load(
    container,
    `import { spawn } from 'node:child_process';
     export const handler = async () => { spawn('sleep', ['98765'], { detached: true }); await new Promise(() => {}); };`,
  );
  let begun = (): void => undefined;
  const start = new Promise<void>((resolve) => (begun = resolve));
  const invocation = invoke(container, {}, { onStarted: begun });
  invocation.catch(() => undefined);
  await start;
  while (sleepers('98765').length === 0) await turn();
  await container.kill();
  assert.deepEqual(sleepers('98765'), []);
  await assert.rejects(invocation, /was killed/);
  assert.equal((await container.exited).reason, 'killed');
  await container.kill();
  const run = join(started.folder, 'home/run/host', started.guest.id);
  assert.ok(existsSync(run));
  assert.ok(!existsSync(join(run, 'containers/1')));
});

test('an instance that dies takes its invocations along, and leaves nothing', async () => {
  await using started = await startTestGuest();
  const [first, second] = two(started.guest.firstContainers);
  await load(first, 'export const handler = () => new Promise(() => {});');
  const invocation = invoke(first);
  invocation.catch(() => undefined);
  await started.guest.destroy();
  await assert.rejects(
    invocation,
    (error) => error instanceof ContainerDiedError && error.exit.reason === 'instance-lost',
  );
  assert.equal((await second.exited).reason, 'instance-lost');
  assert.equal((await started.guest.exited).expected, true);
  await assert.rejects(started.guest.makeContainer('nodejs24.x', AbortSignal.timeout(1_000)), /was destroyed/);
  assert.ok(!existsSync(join(started.folder, 'home/run/host', started.guest.id)));
});

test('an instance runs out of channels and says so beforehand', async () => {
  await using started = await startTestGuest({ blanks: { 'nodejs24.x': 1 } });
  const { guest } = started;
  const signal = AbortSignal.timeout(600_000);
  for (let left = guest.containersLeft; left > 0; left--) {
    assert.equal(guest.containersLeft, left);
    const container = await guest.makeContainer('nodejs24.x', signal);
    await container.kill();
  }
  assert.equal(guest.containersLeft, 0);
  await assert.rejects(guest.makeContainer('nodejs24.x', signal), /no channel left/);
});

test('a boot that is called off leaves nothing', async () => {
  await using started = await startTestGuest({ blanks: { 'nodejs24.x': 1 } });
  const home = join(started.folder, 'other');
  const driver = createHostDriver({ home, cache: join(started.folder, 'cache') });
  const configuration = testConfiguration();
  for (const delayMs of [0, 20, 60]) {
    const spec = { instanceId: newId('i'), configuration };
    await assert.rejects(boot(driver, spec, systemClock, AbortSignal.timeout(delayMs)), { name: 'TimeoutError' });
    assert.ok(!existsSync(join(home, 'run/host', spec.instanceId)));
  }
});

function sleepers(argument: string): string[] {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandOf(pid) === `sleep\0${argument}\0`);
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}
