import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InstanceDriver } from '../src/instance/contract.ts';
import { guarded } from '../src/instance/guard.ts';
import { boot } from '../src/instance/guest/boot.ts';
import { call, load, severalRuntimes } from '../src/instance/guest-fixture.ts';
import type { Guest, GuestContainer, GuestMovement } from '../src/instance/guest.ts';
import { createMicrovmDriver } from '../src/instance/microvm/driver.ts';
import { testCache } from '../src/instance/testing/places.ts';
import { systemClock } from '../src/model/clock.ts';
import { newId } from '../src/model/id.ts';
import type { Row } from './row.ts';
import { median } from './statistics.ts';

const rounds = 3;
const forks = 8;
const configuration = severalRuntimes;
const handler = 'export const handler = async () => crypto.randomUUID();';

/** What it takes to fork an idle guest, beside a copy of a template that is brought as far; and to pause and resume one. */
export const forkRow: Row = {
  name: 'fork',
  about: 'pausing, resuming and forking an emulated virtual machine, beside a copy of its template',
  drivers: ['microvm'],
  run: async function* ({ note }) {
    const home = await mkdtemp(join(tmpdir(), 'heddle-bench-'));
    const driver = guarded(createMicrovmDriver({ home, cache: testCache() }, 'tcg'));
    const signal = AbortSignal.timeout(280_000);
    try {
      await driver.prepare(configuration, note, signal);
      const seen: Round[] = [];
      for (let round = 0; round < rounds; round += 1) seen.push(await measure(driver, home, signal));
      const of = (what: keyof Round): number => median(seen.map((one) => one[what]));
      yield { what: 'a copy of the template, to its first answer', unit: 'ms', values: { heddle: of('cloneMs') } };
      yield { what: `each of ${forks} forks, to its first answer`, unit: 'ms', values: { heddle: of('forkMs') } };
      yield { what: 'pause and resume', unit: 'ms', values: { heddle: of('pauseMs') + of('resumeMs') } };
      yield { what: 'pause alone', unit: 'ms', values: { heddle: of('pauseMs') } };
      yield { what: 'on the disk meanwhile', unit: 'MB', values: { heddle: of('savedMb') } };
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  },
};

interface Round {
  readonly cloneMs: number;
  readonly forkMs: number;
  readonly pauseMs: number;
  readonly resumeMs: number;
  readonly savedMb: number;
}

async function measure(driver: InstanceDriver, home: string, signal: AbortSignal): Promise<Round> {
  const folder = (): Promise<string> => mkdtemp(join(home, 'saved-'));
  const from = performance.now();
  const guest = await boot(driver, { instanceId: newId('i'), configuration }, systemClock, signal);
  const made: Guest[] = [guest];
  try {
    const [container] = guest.firstContainers;
    if (container === undefined) throw new Error('A copy of the template has no container.');
    await load(container, handler);
    await call(container);
    const cloneMs = performance.now() - from;
    const moves = movesOf(guest);
    const pausing = performance.now();
    const bytes = await moves.pause(await folder(), signal);
    const resuming = performance.now();
    await moves.resume(signal);
    const resumed = performance.now();
    await call(container);
    const forking = performance.now();
    await forkAll(moves, container, await folder(), signal, made);
    const forkMs = (performance.now() - forking) / forks;
    const [pauseMs, resumeMs] = [resuming - pausing, resumed - resuming];
    return { cloneMs, forkMs, pauseMs, resumeMs, savedMb: bytes / 1e6 };
  } finally {
    await Promise.all(made.map((one) => one.destroy()));
  }
}

async function forkAll(
  moves: GuestMovement,
  container: GuestContainer,
  folder: string,
  signal: AbortSignal,
  made: Guest[],
): Promise<void> {
  const all = await moves.fork(container, forks, folder, signal);
  made.push(...all.map((fork) => fork.guest));
  await Promise.all(
    all.map(async (fork) => {
      fork.goOn({});
      await call(fork.container);
    }),
  );
}

function movesOf({ moves }: Guest): GuestMovement {
  if (moves === undefined) throw new Error('The guest cannot be moved.');
  return moves;
}
