import { profileService } from '../profile/profile.ts';
import type { Row } from '../row.ts';
import { linesOf, measureInTurns, startTargets } from './starts/warm.ts';

/** Warm throughput of 16 connections and the processor time of each request, beside peers and one container alone. */
export const throughputRow: Row = {
  name: 'throughput',
  about: '16 connections, warm: rate and processor time a request, beside one container and (host) peers',
  run: async function* (context) {
    const plan = context.full
      ? { connections: 16, warmUpAnswers: 30_000, warmUpMs: 20_000, roundMs: 3_000, rounds: 4 }
      : { connections: 16, warmUpAnswers: 8_000, warmUpMs: 2_000, roundMs: 1_200, rounds: 2 };
    const withPeers = context.driver === 'host';
    if (withPeers) context.note('aws-lambda-ric is left out: its native part would have to be compiled first');
    await using stack = new AsyncDisposableStack();
    const targets = await startTargets(stack, context, plan, { withPeers, alone: true });
    yield* linesOf(await measureInTurns(targets, plan), '16 connections');
    await stack.disposeAsync();
    if (context.profile) context.note(`flame graphs: ${(await profileService(context.driver)).join(', ')}`);
  },
};
