import type { Row } from '../row.ts';
import { linesOf, measureInTurns, startTargets, type WarmPlan } from './starts/warm.ts';

/** Where the processes run changes a single caller's latency several times over, so a full run reports both. */
const placements = [
  { name: '1 connection', full: false, cpus: {} },
  { name: '1 connection, all on one processor', full: true, cpus: { serverCpus: '0', loadCpus: '0' } },
] as const;

/** The warm round trip of a single caller, beside peers. */
export const roundTripRow: Row = {
  name: 'round-trip',
  about: '1 connection, warm: latency and processor time a request, beside (host) peers',
  run: async function* (context) {
    const withPeers = context.driver === 'host';
    for (const { name, full, cpus } of placements) {
      if (full && !context.full) continue;
      const plan: WarmPlan = context.full
        ? { connections: 1, warmUpAnswers: 20_000, warmUpMs: 15_000, roundMs: 2_000, rounds: 4, ...cpus }
        : { connections: 1, warmUpAnswers: 4_000, warmUpMs: 2_000, roundMs: 600, rounds: 3, ...cpus };
      await using stack = new AsyncDisposableStack();
      const targets = await startTargets(stack, context, plan, { withPeers, alone: false });
      yield* linesOf(await measureInTurns(targets, plan), name);
    }
  },
};
