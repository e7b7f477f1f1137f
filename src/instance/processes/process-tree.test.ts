import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { isAlive, processesMarked, sendKill, treeOf } from './processes.ts';
import { startTree, type ProcessTree } from './process-tree.ts';

/** Starts a shell script in a tree; it writes `up` on channel 0 when it is ready to be killed. */
async function startShell(
  script: string,
): Promise<{ tree: ProcessTree; pids: number[]; marks: { HEDDLE_TEST: string } }> {
  const marks = { HEDDLE_TEST: randomUUID() };
  const tree = await startTree({ command: ['sh', '-c', script], marks, channels: 2, cwd: '/' });
  if (script.includes('up')) await once(tree.channels[0] ?? assert.fail(), 'data');
  return { tree, pids: await treeOf(tree.pid), marks };
}

async function assertGone(pids: readonly number[], marks: { HEDDLE_TEST: string }): Promise<void> {
  for (const pid of pids) assert.equal(await isAlive(pid), false, `process ${pid}`);
  assert.deepEqual(await processesMarked(marks), []);
}

test('a killed tree has no process left, not even those that left their parent', async () => {
  const { tree, pids, marks } = await startShell('(setsid sleep 1000 &) ; sleep 1001 & echo up >&3; wait');
  assert.ok(pids.length >= 3);
  await tree.kill();
  await tree.exited;
  await assertGone(pids, marks);
});

test('a tree ends with its first process, and says how and with which last words', async () => {
  const { tree, pids, marks } = await startShell('sleep 1000 & echo "out of paper" >&2; exit 7');
  assert.deepEqual(await tree.exited, { detail: 'exit code 7: out of paper' });
  await assertGone(pids, marks);
});

test('a tree whose outermost process was killed is gone when it says so', async () => {
  const { tree, pids, marks } = await startShell('sleep 1000 & echo up >&3; wait');
  sendKill(tree.pid);
  assert.match((await tree.exited).detail, /^signal SIGKILL/);
  await assertGone(pids, marks);
});

test('channels are socket pairs in both directions', async () => {
  const { tree } = await startShell('read word <&4; echo "got $word" >&4; sleep 1000');
  const channel = tree.channels[1] ?? assert.fail();
  channel.write('this\n');
  const [answer] = await once(channel, 'data');
  assert.equal(String(answer), 'got this\n');
  await tree.kill();
  await tree.exited;
});

test('the end of a tree ends its channels', async () => {
  const { tree } = await startShell('echo up >&3; sleep 1000');
  const ended = once(tree.channels[1]?.resume() ?? assert.fail(), 'end');
  await tree.kill();
  await ended;
});

test('a tree may be killed in the moment it is started, and twice', async () => {
  const { tree, pids, marks } = await startShell('sleep 1000');
  await Promise.all([tree.kill(), tree.kill()]);
  await tree.exited;
  await tree.kill();
  await assertGone(pids, marks);
});

test('nothing of the environment is passed on but the path and the marks', async () => {
  process.env['HEDDLE_SECRET_OF_TEST'] = 'secret';
  const { tree, marks } = await startShell('echo up >&3; sleep 1000').finally(
    () => delete process.env['HEDDLE_SECRET_OF_TEST'],
  );
  const all = await processesMarked(marks);
  assert.ok(all.length >= 2);
  for (const { environment } of all) assert.ok(!environment.has('HEDDLE_SECRET_OF_TEST'));
  await tree.kill();
  await tree.exited;
});

test('a tree dies with the process that started it, even by SIGKILL', async () => {
  const marks = { HEDDLE_TEST: randomUUID() };
  const program = `
    import { startTree } from ${JSON.stringify(new URL('process-tree.ts', import.meta.url).href)};
    const tree = await startTree({ command: ['sh', '-c', 'sleep 1000 & echo up >&3; wait'], marks: ${JSON.stringify(marks)}, channels: 1, cwd: '/' });
    tree.channels[0].once('data', () => console.log(tree.pid));`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(parent.stdout, 'data');
  const pids = await treeOf(Number(String(line)));
  assert.ok(pids.length >= 3);
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  const until = performance.now() + 120_000;
  while ((await Promise.all(pids.map((pid) => isAlive(pid)))).includes(true)) assert.ok(performance.now() < until);
  assert.deepEqual(await processesMarked(marks), []);
});
