import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { limits } from '../model/limits.ts';
import { ContainerDiedError } from './guest/boot.ts';
import type { GuestContainer } from './guest.ts';
import { call, invoke, load, startTestGuest } from './guest-fixture.ts';

// What user code can do to its own container, and what the one beside it in the same instance notices of it: each test
// asks a neighbour again and again meanwhile.

/** The slowest answer of a neighbour, milliseconds: two busy cores, a noisy machine. */
const neighbourMsMax = 1_000;

async function beside<Result>(
  source: string,
  act: (culprit: GuestContainer) => Promise<Result>,
  report: (text: string) => void,
  memoryMb = 256,
): Promise<Result> {
  await using started = await startTestGuest();
  const [culprit, quiet] = started.guest.firstContainers;
  assert.ok(culprit !== undefined && quiet !== undefined);
  await load(culprit, source, { memoryMb });
  await load(quiet, 'export const handler = async () => "still here";');
  const endWatch = watchNeighbour(quiet);
  // Ended in any case: else its failure would hide the culprit's.
  const result = await act(culprit).catch(async (error: unknown) => {
    await endWatch();
    throw error;
  });
  const { p50, max } = await endWatch();
  report(`neighbour: p50 ${p50.toFixed(2)} ms, slowest ${max.toFixed(1)} ms`);
  assert.ok(max < neighbourMsMax, `a neighbour waited ${max} ms`);
  // The instance is whole: it still makes containers.
  const next = await started.guest.makeContainer('nodejs24.x', AbortSignal.timeout(600_000));
  await load(next, 'export const handler = async () => 1;');
  assert.equal(await call(next), 1);
  return result;
}

/** Gives a function that ends the watch and gives the neighbour's answer times. */
function watchNeighbour(container: GuestContainer): () => Promise<{ readonly p50: number; readonly max: number }> {
  const times: number[] = [];
  let watching = true;
  const watch = (async () => {
    while (watching) {
      const began = performance.now();
      assert.equal(await call(container), 'still here');
      times.push(performance.now() - began);
      await wait(5);
    }
  })();
  return async () => {
    watching = false;
    await watch;
    times.sort((a, b) => a - b);
    return { p50: times[times.length >> 1] ?? 0, max: times.at(-1) ?? 0 };
  };
}

function died(reason: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof ContainerDiedError, String(error));
    assert.equal(error.exit.reason, reason);
    return true;
  };
}

test('an endless loop is ended from outside', async (t) => {
  await beside(
    'export const handler = () => { for (;;); };',
    async (culprit) => {
      let begun = (): void => undefined;
      const start = new Promise<void>((resolve) => (begun = resolve));
      const invocation = invoke(culprit, {}, { onStarted: begun });
      const rejected = assert.rejects(invocation, died('killed'));
      await start;
      await wait(300);
      const began = performance.now();
      await culprit.kill();
      t.diagnostic(`killed in ${(performance.now() - began).toFixed(1)} ms`);
      await rejected;
    },
    (text) => t.diagnostic(text),
  );
});

for (const [what, fill] of Object.entries({
  'buffers outside the heap': 'kept.push(Buffer.alloc(8_000_000, 1))',
  'objects in the heap': 'kept.push(Array.from({ length: 100_000 }, () => ({})))',
  'child processes':
    'kept.push(spawn(process.execPath, ["-e", "const kept = []; setInterval(() => kept.push(Buffer.alloc(8e6, 1)), 5)"]))',
})) {
  test(`a memory bomb of ${what} is killed for it`, async (t) => {
    await beside(
      `import { spawn } from 'node:child_process';
       export const handler = async () => {
         const kept = [];
         for (;;) { ${fill}; await new Promise((resolve) => setTimeout(resolve, ${what.startsWith('child') ? 1_000 : 1})); }
       };`,
      (culprit) => assert.rejects(invoke(culprit), died('memory')),
      (text) => t.diagnostic(text),
    );
  });
}

test('a fork bomb gets no further than its limit of processes', async (t) => {
  const bomb = `import { spawn } from 'node:child_process';
    export const handler = () => new Promise((resolve) => {
      const child = spawn('/bin/sh', ['-c', 'bomb() { bomb | bomb & }; bomb 2>/dev/null; sleep 1; bomb; exec sleep 100'], { stdio: 'ignore' });
      setTimeout(() => resolve(child.pid > 0), 1_500);
    });`;
  await beside(
    bomb,
    async (culprit) => {
      await invoke(culprit);
      const began = performance.now();
      await culprit.kill();
      t.diagnostic(`killed in ${(performance.now() - began).toFixed(1)} ms`);
    },
    (text) => t.diagnostic(text),
  );
});

test('as many processes as allowed, and not one more', async (t) => {
  const source = `import { spawn } from 'node:child_process';
    export const handler = () => new Promise((resolve) => {
      let alive = 0; let asked = 0;
      const next = () => {
        if (asked++ === 400) return resolve(alive);
        const child = spawn('/bin/sleep', ['100'], { stdio: 'ignore' });
        child.on('spawn', () => { alive++; next(); });
        child.on('error', () => next());
      };
      next();
    });`;
  await beside(
    source,
    async (culprit) => {
      const alive = await call(culprit);
      assert.ok(typeof alive === 'number' && alive > limits.pidsPerContainer / 2 && alive < limits.pidsPerContainer);
    },
    (text) => t.diagnostic(text),
  );
});

test('a full /tmp is full, and nothing more', async (t) => {
  const source = `import fs from 'node:fs';
    export const handler = async () => {
      let written = 0;
      try { for (;;) { fs.appendFileSync('/tmp/x', Buffer.alloc(1_000_000)); written++; } } catch (error) { return [error.code, written]; }
    };`;
  await beside(
    source,
    async (culprit) => assert.deepEqual(await call(culprit), ['ENOSPC', Math.floor(limits.tmpBytes / 1_000_000)]),
    (text) => t.diagnostic(text),
    1_024,
  );
});

test('a flood of output is cut, visibly', async (t) => {
  const source = `import { writeSync } from 'node:fs';
    import { execSync } from 'node:child_process';
    export const handler = async () => {
      try { execSync('timeout 1 yes >&2', { stdio: ['ignore', 'ignore', 2] }); } catch {}
      for (let count = 0; count < 100_000; count++) console.log('a line of output that is repeated and repeated');
    };`;
  await beside(
    source,
    async (culprit) => {
      const { answer, log } = await invoke(culprit);
      assert.ok(answer.ok);
      assert.ok(log.length < limits.logBytesMax * 2.5, `${log.length}`);
      assert.match(log, /output over \d+ bytes is cut/);
      assert.match(log, /Output was cut/);
    },
    (text) => t.diagnostic(text),
  );
});

test('a function may use the memory that it has, and V8 collects before that limit kills', async (t) => {
  const source = `const mebibyte = 1_048_576;
    const part = () => Array.from({ length: 2_000 }, (_, index) => ({ a: index + 0.5, b: [1, 2, 3, index] }));
    export const handler = async () => {
      const kept = [];
      while (process.memoryUsage().heapUsed < 100 * mebibyte) kept.push(part());
      for (const end = Date.now() + 3_000; Date.now() < end; ) {
        kept[Math.floor(Math.random() * kept.length)] = part();
        await null;
      }
      return kept.length > 0;
    };`;
  await using started = await startTestGuest({ blanks: { 'nodejs24.x/256': 1 } });
  const [container] = started.guest.firstContainers;
  assert.ok(container !== undefined);
  await load(container, source, { memoryMb: 256 });
  const { answer } = await invoke(container);
  assert.ok(answer.ok);
  t.diagnostic(`${answer.memoryPeakMb} MB at most`);
});

test('files in memory count: with much in /tmp, buffers that would fit otherwise are too much', async () => {
  const source = `import fs from 'node:fs';
    export const handler = async ({ full }) => {
      if (full) fs.appendFileSync('/tmp/x', Buffer.alloc(120_000_000));
      const kept = Array.from({ length: 11 }, () => Buffer.alloc(10_000_000, 1));
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return kept.length;
    };`;
  await using started = await startTestGuest();
  const [one, other] = started.guest.firstContainers;
  assert.ok(one !== undefined && other !== undefined);
  for (const container of [one, other]) await load(container, source);
  assert.equal(await call(one), 11);
  await assert.rejects(invoke(other, { full: true }), died('memory'));
});
