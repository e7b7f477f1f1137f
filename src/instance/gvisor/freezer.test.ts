import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test, type TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '../../model/clock.ts';
import { newId } from '../../model/id.ts';
import { boot } from '../guest/boot.ts';
import { guarded } from '../guard.ts';
import type { Guest, GuestContainer } from '../guest.ts';
import { call, load, testConfiguration } from '../guest-fixture.ts';
import { processesMarked, treeOf } from '../processes/processes.ts';
import { testPlaces } from '../testing/places.ts';
import { createGvisorDriver } from './driver.ts';
import { findSentry } from './sentry.ts';

const clockReader = `export const handler = async () => Date.now();`;

/** Starts a program that computes for ever, without any system call. */
const spinner = `import { spawn } from 'node:child_process';
  let child;
  export const handler = async () => {
    child ??= spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
    return [child.exitCode, child.signalCode];
  };`;

/** A booted sandbox, and the processes of it on the host. */
interface Sandbox extends AsyncDisposable {
  readonly guest: Guest;
  readonly container: GuestContainer;
  /** States as in proc_pid_stat(5), of the sentry and of what is below it. */
  states(): Promise<{ readonly sentry: string; readonly others: string }>;
  /** Processor time that all of it has had, ticks. */
  ticks(): Promise<number>;
}

async function startSandbox(t: TestContext, signal: AbortSignal): Promise<Sandbox | undefined> {
  const places = await testPlaces();
  const driver = guarded(createGvisorDriver(places));
  const verdict = await driver.probe(signal);
  if (!verdict.works) {
    t.skip(verdict.evidence);
    return undefined;
  }
  const configuration = testConfiguration({ blanks: { 'nodejs24.x': 1 } });
  await driver.prepare(configuration, () => undefined, signal);
  const instanceId = newId('i');
  const guest = await boot(driver, { instanceId, configuration }, systemClock, signal);
  const marked = await processesMarked({ HEDDLE_INSTANCE: instanceId });
  const sentry = (await findSentry(Math.min(...marked.map(({ pid }) => pid))))?.pid ?? assert.fail('no sentry');
  const fields = async (): Promise<string[][]> => {
    const texts = (await treeOf(sentry)).map((pid) => readFile(`/proc/${pid}/stat`, 'latin1').catch(() => ''));
    return (await Promise.all(texts)).map((text) => text.replace(/^.*\) /s, '').split(' '));
  };
  return {
    guest,
    container: guest.firstContainers[0] ?? assert.fail('no container'),
    states: async () => {
      const [own = '', ...others] = (await fields()).map(([state = '']) => state);
      return { sentry: own, others: others.join('') };
    },
    ticks: async () => (await fields()).reduce((sum, of) => sum + Number(of[11]) + Number(of[12]), 0),
    [Symbol.asyncDispose]: async () => {
      await guest.destroy();
      assert.deepEqual(await processesMarked({ HEDDLE_INSTANCE: instanceId }), [], 'also one that rests is destroyed');
      await places[Symbol.asyncDispose]();
    },
  };
}

test('a sandbox that rests takes no processor time, goes on at once, and knows what time it is', async (t) => {
  const signal = AbortSignal.timeout(600_000);
  await using sandbox = await startSandbox(t, signal);
  if (sandbox === undefined) return;
  const { guest, container } = sandbox;
  guest.rest();
  while ((await sandbox.states()).sentry !== 'T') await wait(5, undefined, { signal });
  // What was in the middle of something goes round until somebody sees that it does.
  while ((await sandbox.states()).others.includes('R')) await wait(50, undefined, { signal });
  const before = await sandbox.ticks();
  await wait(2_000);
  assert.equal(await sandbox.ticks(), before);
  // Whoever uses it need not know that it rests.
  await load(container, clockReader);
  const sentAt = Date.now();
  const wall = Number(await call(container));
  assert.ok(wall >= sentAt - 50 && wall <= Date.now() + 50, `${wall - sentAt} ms off`);
  guest.wake();
  guest.rest();
  guest.rest();
});

test('what user code leaves running stands still while the sandbox rests, also what only computes', async (t) => {
  const signal = AbortSignal.timeout(600_000);
  await using sandbox = await startSandbox(t, signal);
  if (sandbox === undefined) return;
  const { guest, container } = sandbox;
  await load(container, spinner);
  for (let round = 0; round < 2; round++) {
    assert.deepEqual(await call(container), [null, null]);
    while (!(await sandbox.states()).others.includes('R')) await wait(5, undefined, { signal });
    guest.rest();
    while ((await sandbox.states()).others.includes('R')) await wait(50, undefined, { signal });
    const before: number = await sandbox.ticks();
    await wait(500);
    assert.equal(await sandbox.ticks(), before);
  }
  assert.deepEqual(await call(container), [null, null]);
});

test('a sandbox that rests answers its host, and rests on', async (t) => {
  const signal = AbortSignal.timeout(600_000);
  await using sandbox = await startSandbox(t, signal);
  if (sandbox === undefined) return;
  const { guest, container } = sandbox;
  guest.rest();
  assert.deepEqual([...(await guest.processorMs()).keys()], [container.id]);
  while ((await sandbox.states()).sentry !== 'T') await wait(5, undefined, { signal });
  await container.kill();
  assert.equal((await container.exited).reason, 'killed');
  while ((await sandbox.states()).sentry !== 'T') await wait(5, undefined, { signal });
  const next = await guest.makeContainer('nodejs24.x', signal);
  while ((await sandbox.states()).sentry !== 'T') await wait(5, undefined, { signal });
  await load(next, clockReader);
  assert.ok(Number(await call(next)) > 0);
});
