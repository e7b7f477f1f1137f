import type { CallStep } from '../../../model/dashboard/calls.ts';

/** How much of the last hour is shown. */
export const spans = {
  '5min': { title: '5 min', ms: 300_000 },
  '15min': { title: '15 min', ms: 900_000 },
  '1h': { title: '1 h', ms: 3_600_000 },
} as const;
export type SpanName = keyof typeof spans;

/** What is drawn: a value of each for each step of ten seconds, also of those in which there was nothing. */
export interface Steps {
  readonly seconds: readonly number[];
  /** null: the step is under way, and would look like a fall. */
  readonly calls: readonly (number | null)[];
  readonly failed: readonly (number | null)[];
  readonly durationP50: readonly (number | null)[];
  readonly durationP99: readonly (number | null)[];
  readonly startP50: readonly (number | null)[];
  readonly startP99: readonly (number | null)[];
}

const stepMs = 10_000;

/** The steps from so long before `untilMs` until then. */
export function stepsOf(rows: ReadonlyMap<string, CallStep>, untilMs: number, spanMs: number): Steps {
  const last = Math.floor(untilMs / stepMs);
  const places = Array.from({ length: spanMs / stepMs }, (_, n) => (last - spanMs / stepMs + 1 + n) * stepMs);
  const found = places.map((at) => rows.get(String(at)));
  return {
    seconds: places.map((at) => at / 1_000),
    calls: found.map((step, at) => (at === found.length - 1 ? null : (step?.calls ?? 0))),
    failed: found.map((step, at) => (at === found.length - 1 ? null : (step?.errors ?? 0) + (step?.refused ?? 0))),
    durationP50: found.map((step) => step?.durationP50 ?? null),
    durationP99: found.map((step) => step?.durationP99 ?? null),
    startP50: found.map((step) => step?.startP50 ?? null),
    startP99: found.map((step) => step?.startP99 ?? null),
  };
}
