import { startCluster, type TestCluster, type TestClusterOptions } from './harness.ts';
import { check, faultsOf, type Verdict } from './history/check.ts';
import type { Happening } from './history/history.ts';
import { openLedger } from './history/ledger.ts';
import { homeMachine } from './home-machine.ts';
import type { Scenario } from './scenarios.ts';
import { deployAll } from './traffic/deployment.ts';
import { startLockers } from './traffic/lockers.ts';
import { readDeadLetters, startTraffic } from './traffic/traffic.ts';

/** How long it is tried. */
export interface TrialOptions {
  /** Traffic before the first fault, and between two. */
  readonly quietMs: number;
  /** How long each fault lasts, where it does not say itself. */
  readonly brokenMs: number;
  readonly faults: number;
  /** For everything that was acknowledged to be done, once the last fault is over. */
  readonly settleMsMax: number;
  readonly progress: (line: string) => void;
  readonly cluster?: TestClusterOptions;
}

export interface Trial {
  readonly verdict: Verdict;
  /** Promises that were not kept, as sentences. */
  readonly faults: readonly string[];
  readonly history: readonly Happening[];
}

/** Breaks a cluster under traffic as often as it says, waits until it has done all that it acknowledged, and judges what happened. */
export async function tryFault(scenario: Scenario, options: TrialOptions): Promise<Trial> {
  const { progress, quietMs } = options;
  await using cluster = await startCluster({ ...options.cluster, ...scenario.cluster });
  await using ledger = await openLedger(cluster.network.outside);
  const deployment = await deployAll(cluster, ledger);
  progress(`three hosts (${cluster.network.kind}); ${scenario.what}, ${options.faults} times`);
  const signal = AbortSignal.timeout((quietMs + options.brokenMs) * options.faults * 10 + options.settleMsMax);
  await using traffic = startTraffic(cluster, ledger, deployment);
  await using _lockers = startLockers(cluster, ledger);
  await ledger.until(() => ledger.history.some(({ what }) => what === 'wrote'), signal);
  /** By what has happened, not only by time: a machine that is busy does less in it. */
  const acknowledgedAfter = async (more: number): Promise<void> => {
    const count = (): number => ledger.history.filter(({ what }) => what === 'acknowledged').length;
    const enough = count() + more;
    const until = ledger.now() + quietMs;
    await ledger.until(() => count() >= enough && ledger.now() >= until, signal);
  };
  await acknowledgedAfter(20);
  for (let n = 1; n <= options.faults; n += 1) {
    const home = await homeMachine(cluster, deployment.account, signal);
    // What only a home may do is what breaks; every other time it is another that it happens to.
    const machine = n % 2 === 1 || scenario.planned ? home : (home + 1) % cluster.hosts.length;
    const { planned } = scenario;
    const dead = deadMachines(scenario, machine, cluster);
    ledger.write({ what: 'fault-began', atMs: ledger.now(), dead, ...(planned && { planned }) });
    await scenario.run(cluster, { machine, brokenMs: options.brokenMs, signal });
    ledger.write({ what: 'fault-ended', atMs: ledger.now() });
    const where = `host-${machine + 1}${machine === home ? ', the home' : ''}`;
    progress(
      `fault ${n} of ${options.faults} (${where}) is over; ${ledger.open.size} acknowledged events are not done`,
    );
    await acknowledgedAfter(20);
  }
  await traffic.stop();
  const settled = AbortSignal.timeout(options.settleMsMax);
  await ledger.until(() => ledger.open.size === 0, settled).catch(() => progress('not all is done in time'));
  await readDeadLetters(cluster, ledger, deployment, AbortSignal.timeout(options.settleMsMax));
  const verdict = check(ledger.history);
  return { verdict, faults: faultsOf(verdict), history: ledger.history };
}

function deadMachines({ dead }: Scenario, machine: number, { hosts }: TestCluster): readonly number[] {
  if (dead === undefined) return [];
  return dead === 'all' ? hosts.map((_, n) => n) : [machine];
}
