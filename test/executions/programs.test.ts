import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { runCli } from '../../src/cli/testing.ts';
import { invoke, newHome, startHeddle, type RunningService } from '../e2e/service.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const flags = ['--driver', 'host', '--warm', 'none'] as const;
const ended = { shipped: 42, sure: 2, never: 'DurableError: it never works', both: 2 };

interface Program extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly lines: Interface;
}

/** A program in a process of its own, which finds the service by its home. */
function run(home: string, ...args: readonly string[]): Program {
  return runFile('program.ts', home, ...args);
}

function runFile(file: string, home: string, ...args: readonly string[]): Program {
  const env = { ...process.env, HEDDLE_HOME: home, HEDDLE_URL: '' };
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  const child = spawn(process.execPath, [join(fixtures, file), ...args], { env, stdio: [...stdio] });
  const lines = createInterface(child.stdout);
  return {
    process: child,
    lines,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

async function resultOf({ lines }: Program): Promise<unknown> {
  for await (const line of lines) if (line !== 'asleep') return JSON.parse(line);
  return assert.fail('The program has ended without a result.');
}

// Each has a service of its own, and waits for most of its time.
describe('programs whose steps are not run twice', { concurrency: true }, () => {
  let folder: string;
  const homes: string[] = [];
  const ownHome = async (): Promise<string> => {
    const home = await newHome();
    homes.push(home);
    return home;
  };
  before(async () => void (folder = await mkdtemp(join(tmpdir(), 'heddle-programs-'))));
  after(() => Promise.all([folder, ...homes].map((path) => rm(path, { recursive: true, force: true }))));
  const stepsIn = async (file: string): Promise<string[]> =>
    (await readFile(file, 'utf8')).trim().split('\n').toSorted();

  test('killed with -9 while it sleeps, a program goes on where it was; asked again, it gives its result', async () => {
    const home = await ownHome();
    await using _service = await startHeddle(home, ...flags);
    const file = join(folder, 'killed');
    await using first = run(home, 'killed', file, '2s');
    await once(first.lines, 'line');
    first.process.kill('SIGKILL');
    await using second = run(home, 'killed', file, '2s');
    assert.deepEqual(await resultOf(second), ended);
    await using third = run(home, 'killed', file, '2s');
    assert.deepEqual(await resultOf(third), ended);
    assert.deepEqual(await stepsIn(file), ['charge', 'left', 'right', 'ship']);
  });

  test('the service killed with -9 under a program that sleeps, the program goes on when it is there again', async () => {
    const home = await ownHome();
    const first = await startHeddle(home, ...flags);
    const file = join(folder, 'bereft');
    await using program = run(home, 'bereft', file, '3s');
    await once(program.lines, 'line');
    await first.kill('SIGKILL');
    await using _second = await startHeddle(home, ...flags);
    assert.deepEqual(await resultOf(program), ended);
    assert.deepEqual(await stepsIn(file), ['charge', 'left', 'right', 'ship']);
  });

  test('two that run the same name take turns, and have one result', async () => {
    const home = await ownHome();
    await using _service = await startHeddle(home, ...flags);
    const file = join(folder, 'twice');
    await using one = run(home, 'twice', file);
    await using other = run(home, 'twice', file);
    assert.deepEqual(await Promise.all([resultOf(one), resultOf(other)]), [ended, ended]);
    assert.deepEqual(await stepsIn(file), ['charge', 'left', 'right', 'ship']);
  });

  test('in functions and threads, too, and shown by the command line', async () => {
    const home = await ownHome();
    await using service: RunningService = await startHeddle(home, ...flags);
    const deployed = await runCli(home, ['deploy', join(fixtures, 'thread.ts'), '--name', 'counts', '--timeout', '30']);
    assert.equal(deployed.code, 0, deployed.stderr);
    const first = await invoke(service, 'counts', { name: 'in-function' });
    assert.deepEqual(first.payload, { first: 1, second: 2 }, first.log);
    assert.deepEqual((await invoke(service, 'counts', { name: 'in-function' })).payload, { first: 1, second: 2 });
    await using threaded = runFile('starts-thread.ts', home, 'in-thread');
    assert.deepEqual(await resultOf(threaded), { first: 1, second: 2 });
    const shown = await runCli(home, ['executions', 'show', 'in-function']);
    assert.match(shown.stdout, /^in-function +SUCCEEDED[\s\S]*✓ +first +step[\s\S]*wait 1 s[\s\S]*✓ +second +step/);
    const listed = await runCli(home, ['executions', 'ls']);
    for (const name of ['in-function', 'in-thread'])
      assert.match(listed.stdout, new RegExp(`${name} +program +SUCCEEDED`));
    const refused = [
      [['stop', 'in-function'], /in-function has ended before: it is SUCCEEDED/],
      [['ls', '--status', 'sleepy'], /--status is one of running, succeeded, failed, timed_out, stopped; it is sleepy/],
      [['ls', 'nobody'], /Function not found/],
    ] as const;
    for (const [args, why] of refused) {
      const { code, stderr } = await runCli(home, ['executions', ...args]);
      assert.notEqual(code, 0, args.join(' '));
      assert.match(stderr, why);
    }

    await using doomed = runFile('ended.ts', home, 'doomed');
    await once(doomed.lines, 'line');
    const result = resultOf(doomed);
    assert.equal((await runCli(home, ['executions', 'stop', 'doomed', '--reason', 'no more'])).code, 0);
    const told = Object(await result);
    assert.match(told.nameless, /needs a name/);
    assert.match(
      told.large,
      /DurableError: What a durable program gives may take 6291456 bytes as JSON; it takes 6291458/,
    );
    assert.match(told.largeStep, /DurableError: What the step fat gives may take 262144 bytes/);
    assert.equal(told.left, 'it ended well');
    assert.equal(told.stopped, 'DurableError: no more');
    const failed = await runCli(home, ['executions', 'ls', '--status', 'failed']);
    for (const name of ['doomed-large', 'doomed-step'])
      assert.match(failed.stdout, new RegExp(`${name} +program +FAILED`));
  });
});
