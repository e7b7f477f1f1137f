import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { slowOnly } from './drivers.ts';
import { startMsPromised, unprovisionedPaths } from '../../src/model/invocations/start-path.ts';

/**
 * A promised start of the tour is tried once, on a machine that may be busy: emulated, with five processes for each core,
 * one took 2.6 s. This only finds a start that hung; start-paths.test.ts holds us to the promise.
 */
const startMsOnBusyMachine = 10_000;
/** An emulated machine draws for half a minute: where time is short, the driver that the service takes by itself draws. */
const drivers = slowOnly === false ? 'all' : 'auto';
const launcher = join(import.meta.dirname, '..', '..', 'heddle');

interface Tour {
  readonly driver: string;
  readonly starts: readonly {
    readonly path: string;
    readonly taken: string;
    readonly startMs: number;
    readonly promised: boolean;
    readonly kept: boolean;
  }[];
  readonly configurations: readonly {
    readonly runtime: string;
    readonly memoryMb: number;
    readonly path: string;
    readonly startMs: number;
    readonly kept: boolean;
  }[];
  readonly connections: readonly {
    readonly url: string;
    readonly allowed: boolean;
    readonly outcome: string;
    readonly log: string;
  }[];
  readonly picture: { readonly path: string; readonly tiles: number; readonly containers: number };
}

test('npm start takes functions through every start path and configuration', async () => {
  const home = await mkdtemp(join(tmpdir(), 'heddle-tour-'));
  const { promise, resolve } = Promise.withResolvers<{ stdout: string; stderr: string }>();
  const args = ['start', '--driver', drivers, '--once', '--json', '--port', '0', '--home', home];
  const child = execFile(launcher, args, (_error, stdout, stderr) => resolve({ stdout, stderr }));
  child.stdin?.end();
  const { stdout, stderr } = await promise;
  assert.match(stdout, /^\[.*\]\n$/, stderr);
  const tours: readonly Tour[] = JSON.parse(stdout);
  assert.ok(tours.length > 0);
  for (const { driver, starts, configurations, connections, picture } of tours) {
    assert.deepEqual(starts.map((row) => row.path).toSorted(), [...unprovisionedPaths].toSorted());
    for (const row of starts) {
      assert.equal(row.taken, row.path, driver);
      const ms = `${driver}: ${row.path} started in ${row.startMs} ms`;
      if (row.promised) assert.ok(row.startMs > 0 && row.startMs < startMsOnBusyMachine, ms);
      if (row.promised) assert.equal(row.kept, row.startMs < startMsPromised, ms);
    }
    assert.ok(configurations.length >= 7, driver);
    for (const { runtime, memoryMb, path, startMs, kept } of configurations) {
      const ms = `${driver}: ${runtime}, ${memoryMb} MB, started by ${path} in ${startMs} ms`;
      assert.ok(['warm-instance', 'new-container'].includes(path), ms);
      assert.ok(startMs > 0 && startMs < startMsOnBusyMachine, ms);
      assert.equal(kept, startMs < startMsPromised, ms);
    }
    const [made, refused] = connections;
    assert.deepEqual([made?.allowed, made?.outcome], [true, 'Hello from this machine.'], driver);
    assert.equal(refused?.allowed, false, driver);
    assert.match(refused.outcome, /^(ECONNRESET|UND_ERR_SOCKET)$/, driver);
    assert.match(refused.log, /^Egress refused: host\.heddle\.internal:5432 .* To allow it: heddle deploy/);
    assert.equal(readFileSync(picture.path).toString('latin1', 1, 4), 'PNG');
    assert.ok(picture.containers > 1, `${driver} drew in one container only`);
  }
  const kept = tours.every((tour) => [...tour.starts, ...tour.configurations].every((row) => row.kept));
  assert.equal(child.exitCode, kept ? 0 : 6, 'the exit code says whether the promise was kept');
  assert.ok(!readdirSync(home).includes('service.json'), 'a service that has ended is not to be found');
  await rm(home, { recursive: true });
});
