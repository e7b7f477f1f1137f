import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { errorOf, functionOf } from '../../test/simulation/service.ts';
import { guarded } from '../instance/guard.ts';
import { bundleOf } from '../instance/guest-fixture.ts';
import { boot } from '../instance/guest/boot.ts';
import { createHostDriver } from '../instance/host/driver.ts';
import { systemClock } from '../model/clock.ts';
import type { CodeBundle } from '../model/functions/code.ts';
import type { Configuration } from '../model/runtimes/configuration.ts';
import type { FunctionVersion } from '../model/functions/function.ts';
import { newId } from '../model/id.ts';
import type { InvocationOutcome } from '../model/invocations/invocation.ts';
import { KnownFunctions } from '../warming-pool/forecast/known-functions.ts';
import { MemoryBudget } from '../warming-pool/memory-budget.ts';
import { WarmingPool } from '../warming-pool/warming-pool.ts';
import { LocalWorkerManager } from './manager.ts';

// The whole of it on real processes: what the simulation cannot know.

const shape = { containersMax: 4, memoryMb: 1_024, heapsBySize: false };
const codes = new Map<string, CodeBundle>();
const ignore = (): void => undefined;
/** What was printed after its invocation's outcome, by request; `lateText` is told of each. */
const late = new Map<string, string>();
let lateText = ignore;
const memory = new MemoryBudget(4_096);
let folder: string;
let warming: WarmingPool;
let manager: LocalWorkerManager;
let requests = 0;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heddle-manager-'));
  const driver = guarded(createHostDriver({ home: join(folder, 'home'), cache: join(folder, 'cache') }));
  await driver.prepare({ ...shape, blanks: { 'nodejs24.x': 2 } }, ignore, AbortSignal.timeout(600_000));
  const known = new KnownFunctions(() => systemClock.wall(), { 'nodejs24.x': 2 });
  const common = {
    clock: systemClock,
    memory,
    shape,
    random: Math.random,
    startGuest: (wanted: Configuration, signal: AbortSignal) =>
      boot(driver, { instanceId: newId('i'), configuration: wanted }, systemClock, signal),
    observer: {
      invoked: ignore,
      printedLate: (_fn: FunctionVersion, requestId: string, text: string): void => {
        late.set(requestId, (late.get(requestId) ?? '') + text);
        lateText();
      },
      refused: ignore,
      instanceStarted: ignore,
      instanceEnded: ignore,
      instanceFailed: ignore,
    },
  };
  const size = { min: 1, max: 1 };
  warming = new WarmingPool({ ...common, ...size, expectation: known, instanceLifeMs: 3_600_000, concurrency: 1 });
  manager = new LocalWorkerManager({
    ...common,
    warming,
    known,
    networkFor: () => undefined,
    settings: {
      region: 'eu-central-1',
      containerIdleMs: 60_000,
      surplusIdleMs: 60_000,
      instanceIdleMs: 60_000,
      instanceLifeMs: 3_600_000,
      queueMax: 10,
      queueWaitMs: 10_000,
    },
    codeSource: async ({ codeSha256 }) => codes.get(codeSha256) ?? assert.fail('no such code'),
    concurrencyMaxOf: () => Infinity,
    coldStartsMax: 2,
    processors: { count: 2, full: () => false },
    exactCallTimes: true,
  });
  warming.start();
  await warming.ready();
});

after(async () => {
  await manager.stop(1_000);
  assert.equal(memory.usedMb, 0);
  await rm(folder, { recursive: true, force: true });
});

function deploy(name: string, source: string, rest: Partial<FunctionVersion> = {}): FunctionVersion {
  const bundle = bundleOf(source);
  codes.set(bundle.sha256, bundle);
  return functionOf(name, { codeSha256: bundle.sha256, codeBytes: bundle.bytes, ...rest });
}

function invoke(fn: FunctionVersion): Promise<InvocationOutcome> {
  const requestId = `00000000-0000-4000-8000-${String((requests += 1)).padStart(12, '0')}`;
  const invocation = { function: fn, requestId, payload: Buffer.from('{"n":1}'), receivedAt: systemClock.now() };
  return manager.invoke(invocation, new AbortController().signal);
}

function answer({ result }: InvocationOutcome): unknown {
  return JSON.parse(Buffer.from(result.payload).toString());
}

const echo = `console.log('loaded'); export const handler = async (event) => { console.log('called'); return { ...event, v: process.env.MINE }; };`;

test('a function runs in a warm instance, then in the same container, another one in a new container beside it', async () => {
  const fn = deploy('echo', echo, { environment: { MINE: 'yes' } });
  const first = await invoke(fn);
  assert.deepEqual(answer(first), { n: 1, v: 'yes' });
  assert.equal(first.startPath, 'warm-instance');
  assert.match(
    first.log,
    /^START .*\n[^\n]*loaded\n[^\n]*called\nEND .*\nREPORT .*\tInit Duration: .* ms\tStart Path: warm-instance/,
  );
  const second = await invoke(fn);
  assert.equal(second.startPath, 'reused-container');
  assert.equal(second.containerId, first.containerId);
  assert.ok(!second.log.includes('loaded'));
  const other = await invoke(deploy('other', echo));
  assert.equal(other.startPath, 'new-container');
  assert.equal(other.instanceId, first.instanceId);
  for (const { startMs } of [first, second, other]) assert.ok(startMs > 0);
});

test('an endless loop is cut at its time-out, in its first invocation, after a longer initialisation', async () => {
  const source = `await new Promise((go) => setTimeout(go, 1_300)); const held = Buffer.alloc(60e6, 1); export const handler = () => { for (;;) held[0] = 1; };`;
  const outcome = await invoke(deploy('endless', source, { timeoutMs: 1_000 }));
  assert.match(errorOf(outcome).errorMessage ?? '', /Task timed out after 1\.00 seconds$/);
  assert.ok(outcome.durationMs > 2_200, `it took ${outcome.durationMs} ms`);
  assert.ok(outcome.memoryPeakMb > 60 && outcome.memoryPeakMb < 128, `it had ${outcome.memoryPeakMb} MB`);
});

test('a small function fills the large /tmp that it asked for, and finds it again', async () => {
  const source = `import fs from 'node:fs'; export const handler = async () => {
    const there = fs.existsSync('/tmp/large');
    const fd = fs.openSync('/tmp/large', 'a');
    for (let mb = 0, data = Buffer.alloc(1048576, 1); mb < 300; mb++) fs.writeSync(fd, data);
    await new Promise((resolve) => setTimeout(resolve, 300));
    return { there, bytes: fs.fstatSync(fd).size };
  };`;
  const fn = deploy('stores', source, { storageMb: 700, timeoutMs: 20_000 });
  assert.deepEqual(answer(await invoke(fn)), { there: false, bytes: 300 * 1_048_576 });
  assert.deepEqual(answer(await invoke(fn)), { there: true, bytes: 600 * 1_048_576 });
});

test('a process that ends, and one that fails where nobody catches it, are reported and leave no container', async () => {
  const exit = await invoke(deploy('exit', 'export const handler = () => process.exit(3);'));
  assert.deepEqual(errorOf(exit), {
    errorType: 'Runtime.ExitError',
    errorMessage: `RequestId: ${exit.log.split(' ')[2]} Error: Runtime exited with error: exit status 3`,
  });
  const fn = deploy(
    'uncaught',
    `export const handler = () => new Promise(() => setTimeout(() => { throw new TypeError('oh'); }));`,
  );
  const first = await invoke(fn);
  const second = await invoke(fn);
  assert.equal(errorOf(second).errorMessage, 'oh');
  assert.notEqual(first.containerId, second.containerId);
  const broken = await invoke(deploy('broken', 'throw new RangeError("top");'));
  assert.equal(errorOf(broken).errorType, 'RangeError');
});

test('what goes around the runtime reaches the log of its invocation, or is told of afterwards, and is never lost', async () => {
  const fn = deploy(
    'around',
    `import { execSync } from 'node:child_process'; import { writeSync } from 'node:fs';
     export const handler = () => { execSync('echo child', { stdio: 'inherit' }); writeSync(1, 'written\\n'); };`,
  );
  for (let count = 0; count < 10; count++) {
    const { log } = await invoke(fn);
    const id = log.split(' ')[2] ?? assert.fail(log);
    const whole = (): boolean => [`child\n`, `written\n`].every((text) => (log + (late.get(id) ?? '')).includes(text));
    await new Promise<void>((resolve) => {
      lateText = () => whole() && resolve();
      lateText();
    });
  }
});
