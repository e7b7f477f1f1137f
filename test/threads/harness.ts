import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { spawn as spawnProcess } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { remote, shutdown, type Remote } from '../../src/index.ts';
import type * as Fixture from './fixtures/work.ts';
import { newHome, startHeddle, type RunningService } from '../e2e/service.ts';

export const workFile: string = join(import.meta.dirname, 'fixtures', 'work.ts');
/** Its type. */
export type Work = typeof Fixture;

/** The module of the tests; quiet. */
export function work(): Remote<Work> {
  return remote<Work>(workFile, { output: 'silent', timeoutMs: 60_000 });
}

/** The place of the first line of the module that has `text`, as stacks have it. */
export function placeOf(text: string): string {
  const line = readFileSync(workFile, 'utf8')
    .split('\n')
    .findIndex((one) => one.includes(text));
  return `${workFile}:${line + 1}:`;
}

/** This process's threads run on a service of their own process from now on, until it is disposed. */
export async function useService(driver: string, ...flags: readonly string[]): Promise<RunningService> {
  const service = await startHeddle(await newHome(), '--driver', driver, '--warm', 'nodejs24.x-256=1', ...flags);
  process.env['HEDDLE_HOME'] = service.home;
  process.env['HEDDLE_URL'] = service.url;
  return {
    ...service,
    [Symbol.asyncDispose]: async () => {
      await shutdown();
      delete process.env['HEDDLE_URL'];
      await service[Symbol.asyncDispose]();
    },
  };
}

/** This process's threads run on an embedded service from now on, until it is disposed. */
export async function useEmbedded(driver: string): Promise<AsyncDisposable> {
  const home = await mkdtemp(join(tmpdir(), 'heddle-nobody-'));
  process.env['HEDDLE_HOME'] = home;
  process.env['HEDDLE_DRIVER'] = driver;
  process.env['HEDDLE_QUEUE_WAIT'] = '120s';
  return {
    [Symbol.asyncDispose]: async () => {
      await shutdown();
      delete process.env['HEDDLE_DRIVER'];
      delete process.env['HEDDLE_QUEUE_WAIT'];
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Resolves when the service runs nothing any more; the test's own time-out is how long that may take. */
export async function noneRuns({ url }: RunningService): Promise<void> {
  for (;;) {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    if (!/heddle_containers\{state="running"\} [1-9]/.test(metrics)) return;
    await wait(50);
  }
}

/** A program of its own that uses threads. */
export interface Program extends Disposable {
  readonly pid: number;
  /** Its next line of output. Rejects with what it wrote to stderr if it ends first. */
  line(): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** Resolves with its exit code or signal. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

const entry = join(import.meta.dirname, '..', '..', 'src', 'index.ts');

/** Runs `body` as an ES module in which `heddle` and the tests' module, `work`, are there. */
export function runProgram(body: string, environment: Readonly<Record<string, string>>): Program {
  const code = `import * as heddle from ${JSON.stringify(entry)};
const work = heddle.remote(${JSON.stringify(workFile)}, { output: 'silent' });
${body}`;
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', code];
  const child = spawnProcess(process.execPath, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ended = once(child, 'exit').then(([code, signal]) => code ?? signal);
  return {
    pid: child.pid ?? 0,
    ended,
    line: async () => {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`The program ended with ${await ended}: ${errors}`);
      return value;
    },
    kill: (signal) => void child.kill(signal),
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  };
}
