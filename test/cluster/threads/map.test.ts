import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { slowOnly } from '../../e2e/drivers.ts';
import { hostOf, startCluster, type TestCluster } from '../harness.ts';
import { homeIndex } from './home-of.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const minutes = { timeout: 600_000 };
const tasks = 1_000;
/** So many results have come when a host is killed. */
const killAfter = 200;

/** Runs examples/cluster by way of one host, and calls when it is in the middle. Gives its exit code and all its lines. */
async function runExample(
  cluster: TestCluster,
  via: number,
  inTheMiddle: () => Promise<void>,
): Promise<{ readonly code: unknown; readonly lines: readonly string[] }> {
  const { home, url } = hostOf(cluster, via);
  const child = spawn(process.execPath, [join(root, 'examples', 'cluster', 'map.ts'), String(tasks)], {
    env: { ...process.env, HEDDLE_HOME: home, HEDDLE_URL: url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  const lines: string[] = [];
  let killed: Promise<void> | undefined;
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    if (Number(/^(\d+) of/.exec(line)?.[1] ?? 0) >= killAfter) killed ??= inTheMiddle();
  }
  await killed;
  const [code] = await exit;
  assert.ok(killed, `nothing was killed: ${lines.join('\n')}`);
  return { code, lines };
}

describe('a map of 1,000 tasks on three hosts, one of which is killed in the middle', () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await startCluster({ flags: ['--log-level', 'info', '--memory', '3G'] });
  }, minutes);
  after(() => cluster[Symbol.asyncDispose]());

  const other = (...taken: readonly number[]): number => [0, 1, 2].find((n) => !taken.includes(n)) ?? 0;

  async function kills(via: number, victim: number): Promise<readonly string[]> {
    const host = hostOf(cluster, victim);
    const { code, lines } = await runExample(cluster, via, () => host.process.kill());
    await host.process.start(AbortSignal.timeout(240_000));
    const last = lines.at(-1) ?? '';
    assert.match(last, /^1000 of 1000 results came, each once/, lines.join('\n'));
    assert.equal(code, 0);
    return lines;
  }

  test('the home of its account, which it spoke to', minutes, async () => {
    const home = await homeIndex(cluster);
    const lines = await kills(home, home);
    const hosts = new Set(lines.join(' ').match(/host-\d/g));
    assert.ok(hosts.size >= 2, `it ran on ${[...hosts].join(', ')}`);
  });

  test('the home, which it spoke to by way of another', { ...minutes, skip: slowOnly }, async () => {
    const home = await homeIndex(cluster);
    await kills(other(home), home);
  });

  test('another than the home', minutes, async () => {
    const home = await homeIndex(cluster);
    await kills(home, other(home));
  });

  test('the host by way of which it spoke to the home', { ...minutes, skip: slowOnly }, async () => {
    const home = await homeIndex(cluster);
    await kills(other(home), other(home));
  });
});
