import type { CallShown, ProfileShown } from '../model/call-profiles.ts';
import { certaintyMin, isSpent, proofOf } from './deciding/predict.ts';
import { predictionLimits as limits } from './limits.ts';
import type { Edge } from './profile/edge.ts';
import type { FunctionProfile } from './profile/function-profile.ts';

type Find = (name: string) => FunctionProfile | undefined;

interface Place {
  readonly wallMs: number;
  readonly find: Find;
  /** Why nothing of it is prepared, whatever it says. */
  readonly off: string | undefined;
  /** Functions above, itself last; certainty of getting here, what proves it, and after how long. */
  readonly way: readonly string[];
  readonly rate: number;
  readonly proof: number;
  readonly afterMs: number;
  /** Calls that may still be shown. */
  readonly left: { count: number };
}

/** A profile with what it calls, what that calls, and so on, as people and programs are shown it. `off`: why nothing is learned of it. */
export function showProfile(
  profile: FunctionProfile | undefined,
  name: string,
  { wallMs, find, off }: Pick<Place, 'wallMs' | 'find' | 'off'>,
): ProfileShown {
  const left = { count: limits.nodesMax };
  const place = { wallMs, find, off, way: [name], rate: 1, proof: 1, afterMs: 0, left };
  const runs = profile?.runs ?? 0;
  const hosts = [...(profile?.hosts ?? [])].map(([host, connections]) => ({
    host,
    perRun: rounded(runs > 0 ? connections / runs : 0),
  }));
  return {
    function: name,
    prediction: off === undefined ? 'on' : 'off',
    ...(off !== undefined && { why: off }),
    runs: rounded(runs),
    updatedAt: new Date(profile?.updatedAt ?? 0).toISOString(),
    certaintyMin,
    calls: profile === undefined ? [] : callsOf(profile, place),
    hosts: hosts.toSorted((a, b) => b.perRun - a.perRun),
  };
}

function callsOf(profile: FunctionProfile, place: Place): CallShown[] {
  const { left } = place;
  const shown: CallShown[] = [];
  for (const edge of profile.edges.toSorted((a, b) => b.hits - a.hits)) {
    if (left.count === 0) break;
    left.count -= 1;
    shown.push(callOf(profile, edge, place));
  }
  return shown;
}

function callOf(profile: FunctionProfile, edge: Edge, place: Place): CallShown {
  const { name, qualifier, together, delayMs, spreadMs, useful, wasted } = edge;
  const share = profile.runs <= 0 ? 0 : Math.min(1, edge.hits / profile.runs);
  const rate = place.rate * share;
  const proof = Math.min(place.proof, proofOf(profile.weightAt(place.wallMs)));
  const afterMs = place.afterMs + delayMs;
  const why = place.off ?? whyNot(rate, proof, afterMs, isSpent(edge, place.wallMs));
  const below = place.way.includes(name) || place.way.length > limits.depthMax ? undefined : place.find(name);
  const deeper = { ...place, way: [...place.way, name], rate, proof, afterMs };
  const calls = below === undefined || below.edges.length === 0 ? undefined : callsOf(below, deeper);
  return {
    name,
    ...(qualifier !== '' && { qualifier }),
    kinds: [...edge.kinds],
    share: rounded(share),
    perRun: rounded(profile.runs <= 0 ? 0 : edge.calls / profile.runs),
    together: rounded(together),
    delayMs: rounded(delayMs),
    spreadMs: rounded(spreadMs),
    afterMs: rounded(afterMs),
    certainty: rounded(rate * proof),
    prepared: why === undefined,
    ...(why !== undefined && { why }),
    useful: rounded(useful),
    wasted: rounded(wasted),
    ...(calls !== undefined && { calls }),
  };
}

function whyNot(rate: number, proof: number, afterMs: number, spent: boolean): string | undefined {
  if (rate <= certaintyMin) return 'too seldom';
  if (rate * proof <= certaintyMin) return 'seen too few times';
  if (afterMs > limits.horizonMs) return `later than ${limits.horizonMs / 1_000} s`;
  return spent ? 'prepared in vain too often' : undefined;
}

function rounded(number: number): number {
  return Math.round(number * 1_000) / 1_000;
}
