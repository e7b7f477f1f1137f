import type { Row } from '../row.ts';
import { linesOf, measureInTurns, startTargets } from './warm.ts';

/** Warm throughput of 16 connections and the processor time of each request, beside peers and one container alone. */
export const throughputRow: Row = {
  name: 'throughput',
  about: '16 connections, warm: rate and processor time a request, beside one container and (host) peers',
  run: async function* (context) {
    const plan = context.full
      ? { connections: 16, warmUpAnswers: 30_000, warmUpMs: 20_000, roundMs: 3_000, rounds: 4 }
      : { connections: 16, warmUpAnswers: 10_000, warmUpMs: 3_000, roundMs: 1_500, rounds: 2 };
    await using stack = new AsyncDisposableStack();
    const targets = await startTargets(stack, context, plan, { withPeers: context.driver === 'host', alone: true });
    yield* linesOf(await measureInTurns(targets, plan), '16 connections');
  },
};
