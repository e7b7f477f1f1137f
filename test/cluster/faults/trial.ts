import { startCluster, type TestCluster, type TestClusterOptions } from '../harness.ts';
import { check, faultsOf, type Verdict } from '../history/check.ts';
import type { Happening } from '../history/history.ts';
import { openLedger, type Ledger } from '../history/ledger.ts';
import { homeMachine } from '../home-machine.ts';
import type { Scenario } from './scenarios.ts';
import { deployAll, type Deployment } from '../traffic/deployment.ts';
import { startLockers } from '../traffic/lockers.ts';
import { readDeadLetters, startTraffic } from '../traffic/traffic.ts';

/** How long a fault is tried. */
export interface TrialOptions {
  /** Traffic before the first time, and between two. */
  readonly quietMs: number;
  /** How long it lasts each time, where it does not say itself. */
  readonly brokenMs: number;
  readonly times: number;
  /** For everything that was acknowledged to be done, once the last time is over. */
  readonly settleMsMax: number;
  readonly progress: (line: string) => void;
}

/** What came of it. */
export interface Trial {
  readonly verdict: Verdict;
  /** Promises that were not kept, as sentences. */
  readonly faults: readonly string[];
}

/** A cluster of three under whose traffic faults are tried, one after the other. */
export interface TrialCluster extends AsyncDisposable {
  /** Breaks it under traffic as often as it says, waits until it has done all that it acknowledged, and judges what happened. */
  try(scenario: Scenario, options: TrialOptions): Promise<Trial>;
}

/** Starts one, and what the traffic goes to. */
export async function startTrialCluster(options: TestClusterOptions = {}): Promise<TrialCluster> {
  await using undo = new AsyncDisposableStack();
  const cluster = undo.use(await startCluster(options));
  const ledger = undo.use(await openLedger(cluster.network.outside));
  const deployment = await deployAll(cluster, ledger);
  const held = undo.move();
  return {
    try: async (scenario, lengths) => await tryOn(cluster, ledger, deployment, scenario, lengths),
    [Symbol.asyncDispose]: async () => await held.disposeAsync(),
  };
}

async function tryOn(
  cluster: TestCluster,
  ledger: Ledger,
  deployment: Deployment,
  scenario: Scenario,
  options: TrialOptions,
): Promise<Trial> {
  const { progress, quietMs, times, brokenMs, settleMsMax } = options;
  const from = ledger.history.length;
  progress(`three hosts (${cluster.network.kind}); ${scenario.what}, ${times} times`);
  const signal = AbortSignal.timeout((quietMs + brokenMs) * times * 10 + settleMsMax);
  await using traffic = startTraffic(cluster, ledger, deployment);
  await using _lockers = startLockers(cluster, ledger);
  await ledger.until(() => ledger.history.slice(from).some(({ what }) => what === 'wrote'), signal);
  /** By what has happened, not only by time: a machine that is busy does less in it. */
  const acknowledgedAfter = async (more: number): Promise<void> => {
    const count = (): number => ledger.history.filter(({ what }) => what === 'acknowledged').length;
    const enough = count() + more;
    const until = ledger.now() + quietMs;
    await ledger.until(() => count() >= enough && ledger.now() >= until, signal);
  };
  await acknowledgedAfter(20);
  for (let n = 1; n <= times; n += 1) {
    const home = await homeMachine(cluster, deployment.account, signal);
    // What only a home may do is what breaks; every other time it is another that it happens to.
    const machine = n % 2 === 1 ? home : (home + 1) % cluster.hosts.length;
    const atMs = ledger.now();
    const apart = scenario.apart === true ? [machine] : [];
    ledger.write({ what: 'fault-began', atMs, dead: deadMachines(scenario, machine, cluster), apart });
    await scenario.run(cluster, { machine, brokenMs, signal });
    ledger.write({ what: 'fault-ended', atMs: ledger.now() });
    const where = `host-${machine + 1}${machine === home ? ', the home' : ''}`;
    progress(
      `fault ${n} of ${times} (${where}), which began at ${(atMs / 1_000).toFixed(1)} s of the traffic, is over; ${ledger.open.size} acknowledged events are not done`,
    );
    await acknowledgedAfter(20);
  }
  await traffic.stop();
  const settled = AbortSignal.timeout(settleMsMax);
  await ledger.until(() => ledger.open.size === 0, settled).catch(() => progress('not all is done in time'));
  await readDeadLetters(cluster, ledger, deployment, AbortSignal.timeout(settleMsMax));
  const verdict = check(historyOf(ledger.history, from));
  return { verdict, faults: faultsOf(verdict) };
}

/** What happened from a place on, but for what comes late of what was submitted before. */
function historyOf(history: readonly Happening[], from: number): readonly Happening[] {
  const before = new Set(history.slice(0, from).flatMap((each) => (each.what === 'submitted' ? [each.id] : [])));
  return history.slice(from).filter((each) => !('id' in each) || !before.has(each.id));
}

function deadMachines({ dead }: Scenario, machine: number, { hosts }: TestCluster): readonly number[] {
  if (dead === undefined) return [];
  return dead === 'all' ? hosts.map((_, n) => n) : [machine];
}
