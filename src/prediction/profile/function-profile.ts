import type { ProfileRecord } from '../../model/call-profiles.ts';
import { predictionLimits as limits } from '../limits.ts';
import { Edge, edgeTo, makeRoom } from './edge.ts';
import type { Called, CallKind } from '../../model/invocations/caller.ts';

/** What a new revision's runs are begun with of what was known of the last one. */
const runsOfBefore = 2;

/** What one function does in its runs. Changed by its callers (`container-caller.ts`) only. */
export class FunctionProfile {
  readonly account: string;
  readonly name: string;
  readonly edges: Edge[] = [];
  readonly hosts: Map<string, number> = new Map();
  runs = 0;
  updatedAt: number;
  /** Runs that go on. */
  running = 0;
  /** It has changed since it was last kept. */
  dirty = false;
  /** Nothing is decided before that, as nothing was missing a moment ago; on {@link Clock.now}. */
  quietUntil: number = Number.NEGATIVE_INFINITY;
  /** Of its code that was deployed last, where that is known. */
  codeSha256: string | undefined;
  /** Nothing is learned of it. */
  off = false;
  /** Another one is in its place, or none. */
  gone = false;

  constructor(account: string, name: string, wallMs: number) {
    this.account = account;
    this.name = name;
    this.updatedAt = wallMs;
  }

  static of(record: ProfileRecord): FunctionProfile {
    const profile = new FunctionProfile(record.account, record.name, record.updatedAt);
    profile.runs = record.runs;
    profile.codeSha256 = record.codeSha256;
    profile.edges.push(...record.edges.slice(0, limits.calleesMax).map((edge) => Edge.of(edge)));
    for (const { host, connections } of record.hosts.slice(0, limits.hostsMax)) profile.hosts.set(host, connections);
    return profile;
  }

  get record(): ProfileRecord {
    const { account, name, runs, updatedAt, codeSha256: code } = this;
    const hosts = [...this.hosts].map(([host, connections]) => ({ host, connections }));
    const codeSha256 = code === undefined ? {} : { codeSha256: code };
    return { account, name, runs, updatedAt, ...codeSha256, edges: this.edges.map((edge) => edge.record), hosts };
  }

  /** The edge to what is called, made where it has none; undefined where it calls too many others. */
  edgeFor(called: Called, kind: CallKind): Edge | undefined {
    let edge = edgeTo(this.edges, called);
    if (edge === undefined) {
      if (!makeRoom(this.edges)) return undefined;
      edge = new Edge(called, [kind]);
      this.edges.push(edge);
    } else if (!edge.kinds.has(kind)) edge.kinds.add(kind);
    if (called.function !== undefined) edge.last = called.function;
    return edge;
  }

  connected(host: string): void {
    if (!this.hosts.has(host) && this.hosts.size >= limits.hostsMax) {
      let least: [string, number] | undefined;
      for (const entry of this.hosts) if (least === undefined || entry[1] < least[1]) least = entry;
      if (least === undefined || least[1] > 1) return this.#fadeHosts(0.9);
      this.hosts.delete(least[0]);
    }
    this.hosts.set(host, (this.hosts.get(host) ?? 0) + 1);
    this.dirty = true;
  }

  /** A run is over, and its edges know of it. */
  ran(wallMs: number): void {
    if (wallMs - this.updatedAt > limits.halfLifeMs / 100) this.#fade(this.#ageFactor(wallMs));
    this.runs += 1;
    this.updatedAt = wallMs;
    this.dirty = true;
    if (this.runs > limits.runsMax) this.#fade(0.5);
  }

  /** How many runs what is known is worth now: what was long ago is worth less. */
  weightAt(wallMs: number): number {
    return this.runs * this.#ageFactor(wallMs);
  }

  /** Nothing was ever known of it. */
  clear(): void {
    this.edges.splice(0);
    this.hosts.clear();
    this.runs = 0;
    this.dirty = true;
  }

  /** It has this code from now on. Where that is other code, it may call others. */
  changed(codeSha256: string): void {
    const before = this.codeSha256;
    this.codeSha256 = codeSha256;
    this.dirty ||= before !== codeSha256;
    if (before === undefined || before === codeSha256) return;
    if (this.runs > runsOfBefore) this.#fade(runsOfBefore / this.runs);
    this.quietUntil = Number.NEGATIVE_INFINITY;
  }

  #ageFactor(wallMs: number): number {
    return 2 ** (-Math.max(0, wallMs - this.updatedAt) / limits.halfLifeMs);
  }

  #fade(factor: number): void {
    this.runs *= factor;
    for (const edge of this.edges) edge.fade(factor);
    if (this.edges.some(({ faint }) => faint))
      this.edges.splice(0, Infinity, ...this.edges.filter((edge) => !edge.faint));
    this.#fadeHosts(factor);
    this.dirty = true;
  }

  #fadeHosts(factor: number): void {
    for (const [host, connections] of this.hosts) {
      if (connections * factor < 0.25) this.hosts.delete(host);
      else this.hosts.set(host, connections * factor);
    }
  }
}
