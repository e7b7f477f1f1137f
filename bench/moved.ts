import { setTimeout as wait } from 'node:timers/promises';
import { startPostgres, startRedis } from '../test/connections/real-servers.ts';
import { startMovingGuest, type MovingGuest } from '../test/connections/moved/moving-guest.ts';
import type { Row } from './row.ts';
import { median } from './statistics.ts';

/** What a client's own time-out is in the half that is not told, ms: many leave it at minutes. */
const patienceMs = 2_000;
const runMsMax = 240_000;
/** As long as it stands still at least, ms: clients that connect again by themselves wait for some first, which is theirs and not counted. */
const stillMs = 250;

/** From going on to the answers of PostgreSQL and Redis, whose connections were lost: each side told by the service, and not. */
export const movedRow: Row = {
  name: 'moved',
  about: 'first queries of pools in an instance that has moved, told of it and not',
  run: async function* ({ driver, full, note }) {
    const name = driver === 'host' || driver === 'gvisor' ? driver : undefined;
    if (name === undefined) {
      note(`Instances of ${driver} are not stopped by signals, as this row has it.`);
      return;
    }
    await using postgres = await startPostgres();
    await using redis = await startRedis();
    const servers = { postgres: postgres.port, redis: redis.port };
    const signal = AbortSignal.timeout(runMsMax);
    await using told = await startMovingGuest(name, servers, signal);
    await told.open(0);
    await using untold = await startMovingGuest(name, servers, signal);
    const seen: { readonly told: number[]; readonly untold: number[] } = { told: [], untold: [] };
    for (let round = 0; round < (full ? 15 : 5); round += 1) {
      seen.told.push(await answeredMs(told, true));
      // Nobody has told it that its last connections are gone: it begins anew.
      await untold.open(patienceMs);
      if (round < 3) seen.untold.push(await answeredMs(untold, false));
    }
    const values = { told: median(seen.told), 'not told': median(seen.untold) };
    yield { what: 'from going on to the first answers, median', unit: 'ms', values };
    note(`Not told, both queries end by the client's own time-out of ${patienceMs} ms, and fail.`);
  },
};

async function answeredMs(guest: MovingGuest, told: boolean): Promise<number> {
  const wentOnAt = await guest.move({ told, whileStill: () => wait(stillMs) });
  const { postgres, redis } = await guest.query();
  const answered = postgres === '42' && redis === 'value';
  if (answered !== told) throw new Error(`The queries came to ${postgres} and ${redis}.`);
  return performance.now() - wentOnAt;
}
