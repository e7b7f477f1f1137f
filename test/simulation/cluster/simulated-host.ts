import type { HostFacts, HostState, HostSummary } from '../../../src/cluster/placement/summary/summary.ts';
import { coarse } from '../../../src/cluster/placement/summary/summary.ts';
import { SummarySender } from '../../../src/cluster/placement/summary/sender.ts';
import { kind, memoryMb, type SimulatedFunction } from './workload.ts';

const processors = 64;
export const containersMax = 1_000;
const facts: HostFacts = { processors, functionMbMax: 10_240, isolation: 1, directChannels: true, kinds: [kind] };

/** A host with containers on paper. */
export class SimulatedHost {
  readonly id: string;
  readonly sender: SummarySender;
  alive = true;
  wanted = 0;
  running = 0;
  containers = 0;
  readonly codes: Map<number, { idle: number; busy: number }> = new Map();
  /** Codes with idle containers, the one whose came free longest ago first. */
  readonly #idle: Set<number> = new Set();
  #idleCount = 0;

  constructor(nth: number) {
    this.id = `h-${nth.toString(16).padStart(16, '0')}`;
    this.sender = new SummarySender(nth + 1);
  }

  get processors(): number {
    return processors;
  }

  idleOf(code: number): number {
    return this.codes.get(code)?.idle ?? 0;
  }

  get hasBlank(): boolean {
    return this.containers < containersMax;
  }

  /** Begins a call; false where it has no room for it. */
  begin({ code, share }: SimulatedFunction): boolean {
    let row = this.codes.get(code);
    if (row === undefined || row.idle === 0) {
      if (this.containers >= containersMax && !this.#evict()) return false;
      row = this.codes.get(code) ?? { idle: 0, busy: 0 };
      this.codes.set(code, row);
      this.containers += 1;
    } else this.#unidle(code, row);
    row.busy += 1;
    this.running += 1;
    this.wanted += share;
    return true;
  }

  end({ code, share }: SimulatedFunction): void {
    const row = this.codes.get(code);
    if (row === undefined) throw new Error('A call ended on a host that has no container of it.');
    row.busy -= 1;
    row.idle += 1;
    this.#idleCount += 1;
    this.#idle.delete(code);
    this.#idle.add(code);
    this.running -= 1;
    this.wanted -= share;
  }

  /** One more container of a function that nobody uses yet, if there is room. */
  spare({ code }: SimulatedFunction): void {
    const row = this.codes.get(code);
    if (row === undefined || this.containers >= containersMax) return;
    row.idle += 1;
    this.#idle.add(code);
    this.#idleCount += 1;
    this.containers += 1;
  }

  state(): HostState {
    const free = containersMax - this.containers;
    const [memory, memoryFreeMb] = [containersMax * memoryMb, free * memoryMb];
    const { running, wanted } = this;
    const told = { takes: this.alive, full: false, wanted: Math.max(0, wanted), running, waiting: 0 };
    return { ...told, memoryMb: memory, memoryFreeMb, memoryIdleMb: this.#idleCount * memoryMb };
  }

  /** What it says of itself now. */
  summary(now: number): Uint8Array {
    const codes = Array.from(this.codes, ([key, { busy, idle }]) => ({ key, a: coarse(idle), b: coarse(busy) }));
    const warm = [coarse(Math.min(100, containersMax - this.containers))];
    const summary: HostSummary = { facts, state: this.state(), warm, tables: { codes, owners: [], provisioned: [] } };
    return this.sender.next(summary, [], now);
  }

  #evict(): boolean {
    for (const code of this.#idle) {
      const row = this.codes.get(code);
      if (row === undefined) continue;
      this.#unidle(code, row);
      this.containers -= 1;
      if (row.busy + row.idle === 0) this.codes.delete(code);
      return true;
    }
    return false;
  }

  #unidle(code: number, row: { idle: number }): void {
    row.idle -= 1;
    this.#idleCount -= 1;
    if (row.idle === 0) this.#idle.delete(code);
  }
}
