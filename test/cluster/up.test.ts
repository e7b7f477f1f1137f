import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { runCli as runCliOf, type CliRun } from '../../src/cli/testing.ts';
import { testCache } from '../../src/instance/testing/places.ts';
import { findConnection } from '../../src/sdk/connection.ts';

const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const flags = ['--driver', 'host', '--warm', 'none', '--port', '0', '--log-level', 'warn'];

interface Ready {
  readonly folder: string;
  readonly network: string;
  readonly hosts: readonly {
    readonly name: string;
    readonly url: string;
    readonly home: string;
    readonly pid: number;
    readonly nats: string;
    readonly natsPid: number;
  }[];
}

/** With what other tests have in the cache. */
const runCli = (home: string, args: readonly string[]): Promise<CliRun> =>
  runCliOf(home, args, '', undefined, { HEDDLE_CACHE: testCache() });

const isRunning = (pid: number): boolean => existsSync(`/proc/${pid}`);

test('one command starts a cluster of three that is one service; a signal ends it, and nothing is left', async () => {
  const home = await mkdtemp(join(tmpdir(), 'heddle-up-'));
  const env = { PATH: process.env['PATH'], HOME: home, HEDDLE_HOME: home, HEDDLE_CACHE: testCache() };
  const args = ['--disable-warning=ExperimentalWarning', main, '--json', 'cluster', 'up', '--temporary', ...flags];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  try {
    const [line]: unknown[] = await once(createInterface(child.stdout), 'line');
    const ready: Ready = JSON.parse(String(line));
    assert.deepEqual(
      [ready.network, ready.hosts.map(({ name }) => name)],
      ['loopback', ['host-1', 'host-2', 'host-3']],
    );
    // One account, with one key, at all of them.
    const keys = ready.hosts.map((host) => findConnection(host.home, {}).accessKeyId);
    assert.equal(new Set(keys).size, 1);
    const listed = await Promise.all(ready.hosts.map((host) => runCli(host.home, ['--json', 'functions'])));
    assert.deepEqual(
      listed.map(({ code, stdout }) => [code, stdout.trim()]),
      [
        [0, '[]'],
        [0, '[]'],
        [0, '[]'],
      ],
    );
    await watchedMetricsAreThere(ready.hosts[0]?.url ?? '');
    await oneLeaves(ready);
    child.kill('SIGINT');
    assert.deepEqual(await ended, [0, null]);
    for (const { pid, natsPid } of ready.hosts) assert.deepEqual([isRunning(pid), isRunning(natsPid)], [false, false]);
    assert.equal(existsSync(ready.folder), false);
  } finally {
    child.kill('SIGTERM');
    await ended;
    await rm(home, { recursive: true, force: true });
  }
});

/** Every metric that the operations page names is told by a host. */
async function watchedMetricsAreThere(url: string): Promise<void> {
  const page = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'operations.md'), 'utf8');
  const names = [...page.matchAll(/`(heddle_[a-z_]+)`/g)].map(([, name = '']) => name);
  assert.ok(names.length > 5);
  const text = await (await fetch(`${url}/metrics`)).text();
  assert.deepEqual(
    names.filter((name) => !text.includes(`\n# TYPE ${name} `)),
    [],
  );
}

/** The last host leaves: the others do not know it any more, it ends, and is refused when it starts again. */
async function oneLeaves({ hosts }: Ready): Promise<void> {
  const [first, leaving] = [hosts[0], hosts.at(-1)];
  assert.ok(first !== undefined && leaving !== undefined);
  const left = await runCli(leaving.home, ['--json', 'cluster', 'leave']);
  assert.equal(left.code, 0, left.stderr);
  assert.equal(isRunning(leaving.pid), false);
  const shown = await runCli(first.home, ['--json', 'cluster', 'ps']);
  const { hosts: there }: { readonly hosts: readonly { readonly name: string }[] } = JSON.parse(shown.stdout);
  assert.deepEqual(
    there.map(({ name }) => name),
    ['host-1', 'host-2'],
  );
  const { nats } = leaving;
  const key = join(leaving.home, '..', '..', 'keys', 'hosts.nk');
  const again = await runCli(leaving.home, ['up', ...flags, '--cluster', nats, '--cluster-key', key]);
  assert.equal(again.code, 7, again.stderr);
  assert.match(again.stderr, /has left its cluster .* start it with a new home/);
}

test('a detached one goes on by itself until "cluster down"; a second one of its folder is refused; what it kept is there', async () => {
  const home = await mkdtemp(join(tmpdir(), 'heddle-down-'));
  try {
    const up = await runCli(home, ['--json', 'cluster', 'up', '--detach', '--nodes', '1', ...flags]);
    assert.equal(up.code, 0, up.stderr);
    const ready: Ready = JSON.parse(up.stdout.trim());
    const [host] = ready.hosts;
    assert.ok(host !== undefined && isRunning(host.pid));
    const second = await runCli(home, ['cluster', 'up', '--nodes', '1', ...flags]);
    assert.match(second.stderr, /Another process runs the cluster in /);
    // Nobody takes its shards: they are not waited for.
    const drained = await runCli(host.home, ['--json', 'cluster', 'drain']);
    assert.equal(drained.code, 0, drained.stderr);
    const { draining, name }: { draining: boolean; name: string } = JSON.parse(drained.stdout);
    assert.deepEqual([name, draining], ['host-1', true]);
    const down = await runCli(home, ['cluster', 'down']);
    assert.equal(down.code, 0, down.stderr);
    // It says that it is down when nobody holds the folder any more; the last process may be a moment from its end.
    while (isRunning(host.pid)) await wait(20);
    assert.ok(existsSync(join(host.home, 'credentials')));
  } finally {
    await runCli(home, ['cluster', 'down']);
    await rm(home, { recursive: true, force: true });
  }
});

test('where it is killed itself, all that it started ends; its folder is free for the next', async () => {
  const home = await mkdtemp(join(tmpdir(), 'heddle-killed-'));
  const up = ['--json', 'cluster', 'up', '--detach', '--nodes', '1', ...flags];
  try {
    const first = await runCli(home, up);
    assert.equal(first.code, 0, first.stderr);
    const { folder, hosts }: Ready = JSON.parse(first.stdout.trim());
    const { pid }: { readonly pid: number } = JSON.parse(await readFile(join(folder, 'running.json'), 'utf8'));
    process.kill(pid, 'SIGKILL');
    while (hosts.some((host) => isRunning(host.pid) || isRunning(host.natsPid))) await wait(20);
    assert.match((await runCli(home, ['cluster', 'down'])).stderr, /No cluster runs in /);
    const second = await runCli(home, up);
    assert.equal(second.code, 0, second.stderr);
  } finally {
    await runCli(home, ['cluster', 'down']);
    await rm(home, { recursive: true, force: true });
  }
});
