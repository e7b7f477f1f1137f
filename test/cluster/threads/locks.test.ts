import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runProgram, type Program } from '../../threads/harness.ts';
import { hostOf, startCluster, type TestCluster } from '../harness.ts';
import { homeIndex } from './home-of.ts';
import { violations, type Turn } from './lock-history.ts';

const minutes = { timeout: 600_000 };
const patience = (): AbortSignal => AbortSignal.timeout(240_000);

/** Takes the lock again and again, and says when it had it, and whether it lost it. */
const body = `
const mutex = new heddle.Mutex('history');
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
for (;;) {
  try {
    const held = await mutex.lock();
    const grantedAt = process.hrtime.bigint();
    await pause(2 + Math.random() * 10);
    const until = process.hrtime.bigint();
    let lost = held.lost.aborted;
    await held.release().catch((error) => {
      if (!['SharingError', 'HostLostError'].includes(error.name)) throw error;
      lost = true;
    });
    console.log([held.token, grantedAt, until, lost].join(' '));
  } catch (error) {
    if (!['SharingError', 'HostLostError'].includes(error.name)) throw error;
    await pause(20);
  }
}`;

/** What programs have said until now, each as it comes. */
class Turns {
  readonly all: Turn[] = [];
  readonly #waiting = new Set<{ readonly holders: number; readonly epoch: bigint; readonly resolve: () => void }>();

  async follow(holder: number, program: Program): Promise<void> {
    for (;;) {
      const [token = '0', grantedAt = '0', until = '0', lost] = (await program.line()).split(' ');
      const turn = { holder, token: BigInt(token), grantedAt: BigInt(grantedAt), until: BigInt(until) };
      this.all.push({ ...turn, lost: lost === 'true' });
      for (const wait of this.#waiting) if (this.#since(wait.epoch) >= wait.holders) wait.resolve();
    }
  }

  /** Resolves when so many holders have had it by larger tokens than this. */
  async by(holders: number, token: bigint): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wait = { holders, epoch: token, resolve };
    this.#waiting.add(wait);
    await promise;
    this.#waiting.delete(wait);
  }

  get highest(): bigint {
    return this.all.reduce((highest, { token }) => (token > highest ? token : highest), 0n);
  }

  #since(token: bigint): number {
    return new Set(this.all.filter((turn) => turn.token > token).map(({ holder }) => holder)).size;
  }
}

/** A number that no home reaches that was there when `token` was given. */
function nextHome(token: bigint): bigint {
  return ((token >> 22n) + 1n) << 22n;
}

async function history(
  act: (cluster: TestCluster, home: number, turns: Turns) => Promise<void>,
): Promise<readonly Turn[]> {
  await using cluster = await startCluster({ flags: ['--log-level', 'info'] });
  const turns = new Turns();
  const programs = [0, 1, 2].map((n) => {
    const { home, url } = hostOf(cluster, n);
    return runProgram(body, { HEDDLE_HOME: home, HEDDLE_URL: url });
  });
  try {
    const followed = programs.map((program, n) => turns.follow(n, program));
    const failed = Promise.race(followed);
    await Promise.race([failed, turns.by(3, 0n)]);
    for (let round = 0; round < 2; round += 1)
      await Promise.race([failed, act(cluster, await homeIndex(cluster), turns)]);
    for (const one of followed) one.catch(() => undefined);
  } finally {
    for (const program of programs) program[Symbol.dispose]();
  }
  const homes = new Set(turns.all.map(({ token }) => token >> 22n));
  assert.ok(homes.size >= 3, `tokens of ${homes.size} homes`);
  return turns.all;
}

test('no two have a lock at a time without one knowing that it lost it, while homes are killed', minutes, async () => {
  const turns = await history(async (cluster, home, all) => {
    const before = all.highest;
    await hostOf(cluster, home).process.kill();
    await all.by(3, nextHome(before));
    await hostOf(cluster, home).process.start(patience());
  });
  assert.deepEqual(violations(turns), []);
});

test('a home that stood still, and was taken over from, grants nothing when it goes on', minutes, async () => {
  const turns = await history(async (cluster, home, all) => {
    const { process } = hostOf(cluster, home);
    const before = all.highest;
    process.pause();
    // Whoever spoke to the home itself hears nothing, and of that; the others go on by the next one.
    await all.by(2, nextHome(before));
    process.resume();
    await all.by(3, nextHome(before));
  });
  assert.deepEqual(violations(turns), []);
});
