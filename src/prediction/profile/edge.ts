import type { EdgeRecord } from '../../model/call-profiles.ts';
import { callKinds, type Called, type CallKind } from '../../model/invocations/caller.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';
import { predictionLimits as limits } from '../limits.ts';

/** What is newer weighs at least so much in a mean. */
const newestShare = 1 / 16;
/** What becomes of preparations is remembered for about so many of them. */
const outcomesMax = 32;

/** One function calls another. */
export class Edge {
  readonly name: string;
  readonly qualifier: string;
  kinds: Set<CallKind>;
  hits = 0;
  calls = 0;
  together = 1;
  delayMs = 0;
  #variance = 0;
  useful = 0;
  wasted = 0;
  /** When the last of those was, ms on the wall clock. */
  judgedAt = 0;
  /** What it led to last, as seen by this process. */
  last: FunctionVersion | undefined;
  /** Runs of the caller that go on and have made this call. */
  made = 0;

  constructor({ name, qualifier }: Pick<Called, 'name' | 'qualifier'>, kinds: Iterable<CallKind>) {
    this.name = name;
    this.qualifier = qualifier;
    this.kinds = new Set(kinds);
  }

  static of(record: EdgeRecord): Edge {
    const edge = new Edge(record, record.kinds);
    edge.hits = record.hits;
    edge.calls = record.calls;
    edge.together = record.together;
    edge.delayMs = record.delayMs;
    edge.#variance = record.spreadMs ** 2;
    edge.useful = record.useful;
    edge.wasted = record.wasted;
    return edge;
  }

  get spreadMs(): number {
    return Math.sqrt(this.#variance);
  }

  get record(): EdgeRecord {
    const { name, qualifier, hits, calls, together, delayMs, spreadMs, useful, wasted } = this;
    const kinds = callKinds.filter((kind) => this.kinds.has(kind));
    return { name, qualifier, kinds, hits, calls, together, delayMs, spreadMs, useful, wasted };
  }

  /** One run made so many of these calls, so many of them at the same time, the first so long after it began. */
  add(calls: number, together: number, delayMs: number): void {
    this.hits += 1;
    this.calls += calls;
    const share = Math.max(newestShare, 1 / this.hits);
    this.together += share * (together - this.together);
    const off = delayMs - this.delayMs;
    this.delayMs += share * off;
    this.#variance = (1 - share) * (this.#variance + share * off * off);
  }

  /** Something was prepared because of it. */
  judge(useful: boolean, wallMs: number): void {
    if (useful) this.useful += 1;
    else this.wasted += 1;
    this.judgedAt = wallMs;
    if (this.useful + this.wasted <= outcomesMax) return;
    this.useful /= 2;
    this.wasted /= 2;
  }

  /** What it was before weighs less. */
  fade(factor: number): void {
    this.hits *= factor;
    this.calls *= factor;
  }

  /** Whether nothing is left of it that would be worth keeping. */
  get faint(): boolean {
    return this.hits < 0.25 && this.made === 0;
  }
}

/** Finds the edge to something called, among few. */
export function edgeTo(edges: readonly Edge[], { name, qualifier }: Called): Edge | undefined {
  for (const edge of edges) if (edge.name === name && edge.qualifier === qualifier) return edge;
  return undefined;
}

/** Makes room among edges for one more; gives false where all are called more than a new one. */
export function makeRoom(edges: Edge[]): boolean {
  if (edges.length < limits.calleesMax) return true;
  let least: Edge | undefined;
  for (const edge of edges) if (edge.made === 0 && (least === undefined || edge.hits < least.hits)) least = edge;
  if (least === undefined || least.hits > 1) {
    // Whoever calls ever others lets those fade of which it was only one call.
    for (const edge of edges) edge.fade(0.9);
    return false;
  }
  edges.splice(edges.indexOf(least), 1);
  return true;
}
