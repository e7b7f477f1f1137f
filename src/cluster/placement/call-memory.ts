import type { InvocationOutcome } from '../../model/invocations/invocation.ts';
import { Lru } from '../../model/lru.ts';

/** Codes that are remembered. */
const codesMax = 20_000;
/** How much the newest counts. */
const newest = 1 / 8;
/** Calls that want so much processor time take one from others for much longer than a hop, ms. */
const longMs = 20;
const weightMin = 0.01;

/** What calls of codes want of processors, as their outcomes tell, wherever they ran. */
export class CallMemory {
  readonly #known: Lru<{ cpuMs: number; ranMs: number }> = new Lru(codesMax);

  /** What part of a processor a call stands for, until its host tells: all of one where nothing is known. */
  weightOf(code: number): number {
    const known = this.#known.get(String(code));
    if (known === undefined) return 1;
    const share = Math.min(1, known.cpuMs / Math.max(known.ranMs, 1e-3));
    return Math.max(weightMin, share * Math.min(1, known.cpuMs / longMs));
  }

  /** A call has ended. Where nobody could tell what it wanted, it is taken to have computed. */
  ended(code: number, { cpuMs, durationMs, initMs = 0, ranMs = durationMs }: InvocationOutcome): void {
    const ran = Math.max(0, ranMs - initMs);
    const cpu = cpuMs === undefined ? ran : Math.max(0, cpuMs - initMs);
    const known = this.#known.get(String(code));
    if (known === undefined) return this.#known.set(String(code), { cpuMs: cpu, ranMs: ran }, 1);
    known.cpuMs += (cpu - known.cpuMs) * newest;
    known.ranMs += (ran - known.ranMs) * newest;
  }
}
