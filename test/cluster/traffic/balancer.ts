import { setTimeout as wait } from 'node:timers/promises';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { TestCluster } from '../harness.ts';

/** How often each host is asked whether it wants requests, ms. */
const lookMs = 50;
/** Between two calls of one caller. */
const pauseMs = 10;
const callersMax = 6;

/** What became of calls. */
export interface BalancedCalls extends AsyncDisposable {
  /** By the host that was asked. */
  readonly answered: readonly number[];
  /** Each with the host, and why. */
  readonly failed: readonly string[];
  /** Resolves when a host is asked no more, and what it was asked is answered; or is asked again, and has answered. */
  until(machine: number, state: 'out' | 'in', signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Clients behind a proxy that shares requests out as such programs do: each goes to the next host of those that say by `/readyz` that they want some, and none is tried
 * again. So every call that fails is one that a user would have seen.
 */
export function startBalancedCalls(cluster: TestCluster, FunctionName: string): BalancedCalls {
  const over = new AbortController();
  const clients = cluster.hosts.map((_, n) => cluster.lambda(n));
  const ready = cluster.hosts.map(() => false);
  const open = cluster.hosts.map(() => 0);
  const answered = cluster.hosts.map(() => 0);
  const failed: string[] = [];
  let turn = 0;
  const next = (): number | undefined => {
    const wanting = ready.flatMap((wants, n) => (wants ? [n] : []));
    return wanting[(turn += 1) % wanting.length];
  };
  const call = async (machine: number, client: LambdaClient): Promise<void> => {
    open[machine] = (open[machine] ?? 0) + 1;
    try {
      const { FunctionError } = await client.send(new InvokeCommand({ FunctionName, Payload: '1' }));
      if (FunctionError !== undefined) throw new Error(FunctionError);
      answered[machine] = (answered[machine] ?? 0) + 1;
    } catch (error) {
      failed.push(`host-${machine + 1}: ${String(error)}`);
    } finally {
      open[machine] = (open[machine] ?? 0) - 1;
    }
  };
  const caller = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const machine = next();
      const client = clients[machine ?? -1];
      if (machine !== undefined && client !== undefined) await call(machine, client);
      await wait(pauseMs);
    }
  };
  const looker = async (url: string, n: number): Promise<void> => {
    while (!over.signal.aborted) {
      ready[n] = await fetch(`${url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
      await wait(lookMs);
    }
  };
  const all = [...cluster.hosts.map(({ url }, n) => looker(url, n)), ...Array.from({ length: callersMax }, caller)];
  const stop = async (): Promise<void> => {
    over.abort();
    await Promise.all(all);
  };
  return {
    answered,
    failed,
    until: async (machine, state, signal) => {
      const before = answered[machine] ?? 0;
      const holds = (): boolean =>
        state === 'out' ? !ready[machine] && open[machine] === 0 : (answered[machine] ?? 0) > before;
      while (!holds()) await wait(lookMs, undefined, { signal });
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
