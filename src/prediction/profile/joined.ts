import type { EdgeRecord, ProfileRecord } from '../../model/call-profiles.ts';
import { FunctionProfile } from './function-profile.ts';
import { callKinds } from '../../model/invocations/caller.ts';

/** What several hosts have learned of the same function, as one: runs and calls are added up, times are means of their runs. Undefined: none has learned anything. Pure. */
export function joinedProfile(profiles: readonly ProfileRecord[]): ProfileRecord | undefined {
  const [first, ...others] = profiles.toSorted((a, b) => b.updatedAt - a.updatedAt);
  return first === undefined ? undefined : others.reduce(joinedOnto, first);
}

/** A profile with what other hosts have learned of the function; itself where they have learned nothing. */
export function withOthers(
  here: FunctionProfile | undefined,
  name: string,
  elsewhere: readonly ProfileRecord[],
): FunctionProfile | undefined {
  const there = elsewhere.filter((one) => one.name === name);
  if (there.length === 0) return here;
  const profile = joinedProfile(here === undefined ? there : [here.record, ...there]);
  return profile && FunctionProfile.of(profile);
}

/** `newer` says what code it is of. */
function joinedOnto(newer: ProfileRecord, older: ProfileRecord): ProfileRecord {
  const edges = new Map(newer.edges.map((edge) => [`${edge.name}\0${edge.qualifier}`, edge]));
  for (const edge of older.edges) {
    const key = `${edge.name}\0${edge.qualifier}`;
    const same = edges.get(key);
    edges.set(key, same === undefined ? edge : joinedEdge(same, edge));
  }
  const hosts = new Map(newer.hosts.map(({ host, connections }) => [host, connections]));
  for (const { host, connections } of older.hosts) hosts.set(host, (hosts.get(host) ?? 0) + connections);
  return {
    ...newer,
    runs: newer.runs + older.runs,
    edges: [...edges.values()],
    hosts: [...hosts].map(([host, connections]) => ({ host, connections })),
  };
}

function joinedEdge(one: EdgeRecord, other: EdgeRecord): EdgeRecord {
  const hits = one.hits + other.hits;
  const mean = (of: (edge: EdgeRecord) => number): number =>
    hits === 0 ? 0 : (of(one) * one.hits + of(other) * other.hits) / hits;
  const delayMs = mean((edge) => edge.delayMs);
  const variance = mean((edge) => edge.spreadMs ** 2 + (edge.delayMs - delayMs) ** 2);
  return {
    name: one.name,
    qualifier: one.qualifier,
    kinds: callKinds.filter((kind) => one.kinds.includes(kind) || other.kinds.includes(kind)),
    hits,
    calls: one.calls + other.calls,
    together: mean((edge) => edge.together),
    delayMs,
    spreadMs: Math.sqrt(variance),
    useful: one.useful + other.useful,
    wasted: one.wasted + other.wasted,
  };
}
