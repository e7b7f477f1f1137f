import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, type Clock } from '../model/clock.ts';
import type { CodeBundle } from '../model/functions/code.ts';
import type { Configuration } from '../model/runtimes/configuration.ts';
import { newId } from '../model/id.ts';
import { limits } from '../model/limits.ts';
import type { RuntimeInit } from '../protocol/messages.ts';
import { guarded } from './guard.ts';
import type { ContainerInvocation, Guest, GuestContainer, RuntimeAnswer } from './guest.ts';
import { boot } from './guest/boot.ts';
import { createHostDriver } from './host/driver.ts';

/** A guest of the `host` driver for tests, with folders of its own; disposing it leaves nothing. */
export interface TestGuest extends AsyncDisposable {
  readonly guest: Guest;
  readonly folder: string;
}

/** Boots one. `configuration` changes what {@link testConfiguration} gives. */
export async function startTestGuest(
  configuration: Partial<Configuration> = {},
  clock: Clock = systemClock,
): Promise<TestGuest> {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-guest-'));
  const wanted = testConfiguration(configuration);
  const driver = guarded(createHostDriver({ home: join(folder, 'home'), cache: join(folder, 'cache') }));
  const signal = AbortSignal.timeout(600_000);
  await driver.prepare(wanted, () => undefined, signal);
  const guest = await boot(driver, { instanceId: newId('i'), configuration: wanted }, clock, signal);
  return {
    guest,
    folder,
    [Symbol.asyncDispose]: async () => {
      await guest.destroy();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Two blank containers of Node 24, for small functions. */
export function testConfiguration(changes: Partial<Configuration> = {}): Configuration {
  return { blanks: { 'nodejs24.x': 2 }, containersMax: 4, memoryMb: 2_048, heapsBySize: false, ...changes };
}

/**
 * Of every Node. It is that of a service with memory enough, and what is tried on an emulated machine takes it, too: a template of
 * another one takes half a minute to make.
 */
export const severalRuntimes: Configuration = testConfiguration({
  blanks: { 'nodejs24.x': 2, 'nodejs22.x': 1 },
  containersMax: 16,
  memoryMb: limits.functionMemoryMbMax,
});

/** One file of code, `index.mjs`, as a bundle; its name is unique. */
export function bundleOf(source: string): CodeBundle {
  const data = Buffer.from(source);
  return { sha256: newId('s'), files: [{ path: 'index.mjs', mode: 0o644, data }], bytes: data.length };
}

/** An `init` for `index.handler`. */
export function initOf(changes: Partial<RuntimeInit> = {}): RuntimeInit {
  return {
    type: 'init',
    handler: 'index.handler',
    environment: { TZ: ':UTC' },
    functionName: 'test',
    functionVersion: '$LATEST',
    functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:test',
    memoryMb: 256,
    logGroup: '/aws/lambda/test',
    logStream: 'stream',
    randomSeed: 1,
    ...changes,
  };
}

/** Loads `source` into a blank container. */
export async function load(container: GuestContainer, source: string, init: Partial<RuntimeInit> = {}): Promise<void> {
  const bundle = bundleOf(source);
  await container.load(bundle.sha256, () => Promise.resolve(bundle), initOf(init));
}

/** Invokes with a JSON payload; gives the answer and what was printed. */
export async function invoke(
  container: GuestContainer,
  event: unknown = {},
  changes: Partial<ContainerInvocation> = {},
): Promise<{ readonly answer: RuntimeAnswer; readonly log: string }> {
  let log = '';
  const answer = await container.invoke({
    requestId: '5f2b8a1e-0000-4000-8000-000000000000',
    timeoutMs: 60_000,
    payload: Buffer.from(JSON.stringify(event)),
    onStarted: () => undefined,
    onLog: (text) => (log += text),
    ...changes,
  });
  return { answer, log };
}

/** The same for code that is expected to succeed: its result. */
export async function call(container: GuestContainer, event: unknown = {}): Promise<unknown> {
  const { answer } = await invoke(container, event);
  if (!answer.ok) throw new Error(`${answer.error.errorType}: ${answer.error.errorMessage}`);
  return JSON.parse(Buffer.from(answer.payload).toString());
}
