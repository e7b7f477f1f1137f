import type { Report } from '../model/effect.ts';
import { effectLimits } from '../model/limits.ts';

/** What is known of a function that is called: its report, and the name that it is known by. */
export interface Known {
  readonly name: string;
  readonly report: Report;
}

/**
 * What a function calls, and what that calls, by the names that code calls it: `name`, `name:qualifier`, `url:ID` and `queue:NAME`. What is not there is nobody's,
 * or no function of Node's.
 */
export type CallGraph = ReadonlyMap<string, readonly Known[]>;

/** Names by which a report calls others; those that only running it would tell are not among them. */
export function callsOf({ effects }: Report): readonly string[] {
  const names = effects.flatMap(({ calls, queue }) => [
    ...(calls === undefined || calls === '' ? [] : [calls]),
    ...(queue === undefined ? [] : [`queue:${queue}`]),
  ]);
  return [...new Set(names)];
}

/** Finds all that a report calls, however many calls away, each once: who calls each other is no exception. */
export async function callGraph(report: Report, find: (name: string) => Promise<readonly Known[]>): Promise<CallGraph> {
  const graph = new Map<string, readonly Known[]>();
  const waiting = [...callsOf(report)];
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    if (graph.has(name) || graph.size >= effectLimits.functionsMax) continue;
    const found = await find(name);
    graph.set(name, found);
    for (const each of found) waiting.push(...callsOf(each.report));
  }
  return graph;
}
