import { LimitsWorld, type LimitsHost } from './limits-world.ts';
import { exponential, seededRandom } from './random.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Hosts whose calls come as they like. */
export interface Demand {
  readonly hosts: number;
  /** What the account may have at once. */
  readonly calls: number;
  /** What all hosts together would have at once, where there were no limit, as a part of it. */
  readonly load: number;
  /** How long a call runs on average, ms. */
  readonly runMs: number;
  /** Which hosts get the calls changes so often, ms. */
  readonly shiftMs: number;
  readonly seconds: number;
  readonly seed: number;
}

/** What came of it. */
export interface DemandOutcome {
  /** Tokens that were idle somewhere in the moments in which a host refused a call, as a part of all: on average over these. */
  readonly unused: number;
  /** Calls that came in, and that were refused. */
  readonly admitted: number;
  readonly refused: number;
  /** Messages between hosts, per second and host. */
  readonly messages: number;
  /** The most that ran, or could have run, at once. */
  readonly most: number;
}

/** Runs it on simulated time: every host gets calls at a pace of its own, drawn anew now and then; half of them get none. */
export async function simulateDemand(demand: Demand): Promise<DemandOutcome> {
  const random = seededRandom(demand.seed);
  const world = new LimitsWorld(new VirtualClock(), demand.hosts, { calls: demand.calls });
  world.hostsSaid = demand.hosts;
  const { clock } = world;
  let [unusedSum, refusals, most] = [0, 0, 0];
  let over = false;
  const weights = world.hosts.map(() => 0);
  const shift = (): void => {
    if (over) return;
    const drawn = world.hosts.map(() => (random() < 0.5 ? 0 : random()));
    const sum = drawn.reduce((total, one) => total + one, 0);
    drawn.forEach((one, at) => (weights[at] = sum === 0 ? 1 / drawn.length : one / sum));
    clock.timer(demand.shiftMs, shift);
  };
  shift();
  const call = async (host: LimitsHost): Promise<void> => {
    if (await host.call()) {
      clock.timer(exponential(random, demand.runMs), () => host.end());
      return;
    }
    refusals += 1;
    unusedSum += Math.max(0, demand.calls - world.running) / demand.calls;
  };
  const perMs = (demand.load * demand.calls) / demand.runMs;
  const next = (): void => {
    if (over) return;
    void call(hostBy(world.hosts, weights, random()));
    clock.timer(exponential(random, 1 / perMs), next);
  };
  next();
  clock.afterStep = () => void (most = Math.max(most, world.believed));
  await clock.advance(demand.seconds * 1_000);
  over = true;
  const { admitted } = world;
  const messages = world.messages / demand.seconds / demand.hosts;
  return { unused: refusals === 0 ? 0 : unusedSum / refusals, admitted, refused: refusals, messages, most };
}

function hostBy(hosts: readonly LimitsHost[], weights: readonly number[], drawn: number): LimitsHost {
  let left = drawn;
  for (const [at, host] of hosts.entries()) if ((left -= weights[at] ?? 0) <= 0) return host;
  const [first] = hosts;
  if (first === undefined) throw new RangeError('There is no host.');
  return hosts.at(-1) ?? first;
}
