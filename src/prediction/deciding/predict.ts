import { predictionLimits as limits } from '../limits.ts';
import type { Edge } from '../profile/edge.ts';
import type { FunctionProfile } from '../profile/function-profile.ts';

/** Up to this, what is prepared would be wasted too often: three wasted for two useful ones, were it right. */
export const certaintyMin = 0.5;
/** So much may be wasted for one that is useful, and so much to find out whether anything is. */
const wastedPerUseful = 1.2;
const wastedFree = 2;
/** What was wasted is forgotten at this pace, so that now and then it is tried again, ms. */
const forgivenMs = 600_000;
/** What follows sooner than this is prepared at once, as a timer would save nobody anything, ms. */
const soonMs = 1_000;
/** While requests wait for capacity, nothing that is due sooner is prepared, and the rest is begun so much later, ms: what waits goes first. */
const crowdedMs = 100;
/** What is due so soon, and so certain, is what its caller would have to wait for in a moment: it need not wait for processors that nobody wants, ms. */
const imminentMs = 2_000;
const imminentCertaintyMin = 0.66;
/** What making a container ready takes at most, usually, ms: so long before it is due it is begun. */
const preparingMs = 1_500;

/** Containers of something that may be called: that are idle, that serve a call, and that are being prepared and will be ready in a moment. */
export interface Supply {
  readonly idle: number;
  readonly busy: number;
  readonly preparing: number;
}

/** What is known while something is decided. */
export interface Knowledge {
  readonly wallMs: number;
  /** What of an account calls what; undefined: nothing is known. */
  readonly profileOf: (account: string, name: string) => FunctionProfile | undefined;
  /** Undefined: it cannot be prepared, or nobody knows what it is. */
  readonly supplyOf: (account: string, edge: Edge) => Supply | undefined;
  /** How many were asked for of what an edge leads to, whatever for, and not called for yet. */
  readonly askedOf: (account: string, edge: Edge) => number;
}

/** How much may be asked for. */
export interface Budget {
  /** Containers, beside those that were asked for and not used yet. */
  readonly containers: number;
  /** Requests wait for capacity. */
  readonly waiting: boolean;
}

/** Something to be prepared. */
export interface Preparation {
  readonly edge: Edge;
  /** The edges that lead to it, itself last. */
  readonly way: readonly Edge[];
  readonly count: number;
  readonly certainty: number;
  /** When it is expected to be called, ms from now; when to begin, and how long what was prepared is kept from then on. */
  readonly expectedMs: number;
  readonly beginMs: number;
  readonly leaseMs: number;
  /** It is as good as called: what preparing it takes, the call would take. */
  readonly imminent: boolean;
}

interface Node {
  readonly profile: FunctionProfile;
  readonly way: readonly Edge[];
  readonly rate: number;
  /** The least that any number of runs on the way says. */
  readonly proof: number;
  readonly atMs: number;
  readonly variance: number;
  /** How many runs of it there will be at the same time. */
  readonly runs: number;
}

/** How much so many runs prove: as if there had been one more, in which nothing happened. */
export function proofOf(weight: number): number {
  return weight / (weight + 1);
}

function rateOf({ runs }: FunctionProfile, { hits }: Edge): number {
  return runs <= 0 ? 0 : Math.min(1, hits / runs);
}

/** Whether what was prepared because of an edge was wasted too often, whatever its profile says. */
export function isSpent(
  { useful, wasted, judgedAt }: Pick<Edge, 'useful' | 'wasted' | 'judgedAt'>,
  wallMs: number,
): boolean {
  const forgiven = Math.max(0, wallMs - judgedAt) / forgivenMs;
  return wasted - forgiven >= wastedPerUseful * useful + wastedFree;
}

/**
 * What is to be prepared because a run of a function begins: what it calls with enough certainty, what that calls, and so on down the tree, as far as
 * certainty and time say and as far as there is not enough of it already. What is due first stands first. Pure: it decides on profiles, on what there is and on
 * what may be spent.
 */
export function predict(root: FunctionProfile, known: Knowledge, budget: Budget): Preparation[] {
  if (budget.containers <= 0) return [];
  const found: Preparation[] = [];
  const seen = new Set<Edge>();
  // Two ways to the same function want one container, unless they are taken at the same time.
  const planned = ({ name, qualifier }: Edge): number =>
    found.reduce((sum, { edge, count }) => (edge.name === name && edge.qualifier === qualifier ? sum + count : sum), 0);
  const first = { profile: root, way: [], rate: 1, proof: 1, atMs: 0, variance: 0, runs: Math.max(1, root.running) };
  const open: Node[] = [first];
  for (let node = open.shift(); node !== undefined && seen.size < limits.nodesMax; node = open.shift())
    for (const edge of node.profile.edges) {
      const next = follow(node, edge, known);
      if (next === undefined || seen.has(edge)) continue;
      seen.add(edge);
      const preparation = preparationOf(next, edge, known, { root, waiting: budget.waiting, planned });
      if (preparation !== undefined) found.push(preparation);
      const profile = known.profileOf(root.account, edge.name);
      if (profile !== undefined && next.way.length < limits.depthMax) open.push({ ...next, profile });
    }
  return within(
    found.toSorted((a, b) => a.expectedMs - b.expectedMs),
    budget.containers,
  );
}

/** Where an edge leads from a node; undefined where that is too uncertain, or too far. */
function follow(node: Node, edge: Edge, { wallMs }: Knowledge): Omit<Node, 'profile'> | undefined {
  const rate = node.rate * rateOf(node.profile, edge);
  const proof = Math.min(node.proof, proofOf(node.profile.weightAt(wallMs)));
  const atMs = node.atMs + edge.delayMs;
  if (rate * proof <= certaintyMin || atMs > limits.horizonMs) return undefined;
  // A function that calls itself, or is called back, is there already.
  if (node.way.includes(edge)) return undefined;
  // Of runs that go on, those that have made the call already make it no more.
  const before = node.way.length === 0 ? Math.max(1, node.runs - edge.made) : node.runs;
  const runs = before * Math.max(1, edge.together);
  return { way: [...node.way, edge], rate, proof, atMs, variance: node.variance + edge.spreadMs ** 2, runs };
}

interface Deciding {
  readonly root: FunctionProfile;
  readonly waiting: boolean;
  /** How many containers of what an edge leads to this decision has already. */
  readonly planned: (edge: Edge) => number;
}

function preparationOf(
  { way, rate, proof, atMs, variance, runs }: Omit<Node, 'profile'>,
  edge: Edge,
  { askedOf, supplyOf, wallMs }: Knowledge,
  { root, waiting, planned }: Deciding,
): Preparation | undefined {
  if (waiting && atMs < crowdedMs) return undefined;
  if (way.some((one) => isSpent(one, wallMs))) return undefined;
  const supply = supplyOf(root.account, edge);
  if (supply === undefined) return undefined;
  const asked = askedOf(root.account, edge) + planned(edge);
  const there = Math.max(supply.idle + supply.preparing, asked) + supply.busy;
  // Of what is at work already, more is a matter of how many calls the processors bear, and not of who calls: only one run's fan is seen to.
  const works = supply.busy > 0 || supply.idle > asked;
  const wanted = works ? Math.min(runs, Math.max(1, edge.together)) : runs;
  const count = Math.min(limits.perCalleeMax, Math.round(wanted) - there);
  if (count <= 0) return undefined;
  const spreadMs = Math.sqrt(variance);
  const earliestMs = Math.max(0, atMs - 2 * spreadMs - preparingMs);
  const beginMs = earliestMs < soonMs ? (waiting ? crowdedMs : 0) : earliestMs;
  const leaseMs = Math.min(limits.leaseMsMax, atMs - beginMs + 3 * spreadMs + preparingMs);
  const certainty = rate * proof;
  const imminent = !works && certainty >= imminentCertaintyMin && atMs - beginMs <= imminentMs;
  return { edge, way, count, certainty, expectedMs: atMs, beginMs, leaseMs, imminent };
}

/** The first of them, as far as the number goes. */
function within(all: readonly Preparation[], containers: number): Preparation[] {
  const chosen: Preparation[] = [];
  let left = containers;
  for (const one of all) {
    if (left <= 0) break;
    const count = Math.min(one.count, left);
    left -= count;
    chosen.push({ ...one, count });
  }
  return chosen;
}
