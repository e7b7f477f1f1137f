import type { LogLine } from '../../../model/dashboard/logs.ts';

/** Kinds of lines that are told apart, the one that matters most first. */
export const volumeKinds = ['errors', 'warnings', 'others'] as const;
export type VolumeKind = (typeof volumeKinds)[number];

/** How many lines there were over time. */
export interface Volume {
  /** The first and the last moment, milliseconds since the Unix epoch. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Of each kind, by equal steps of time. */
  readonly steps: Readonly<Record<VolumeKind, readonly number[]>>;
  /** Of each kind in all, and most in one step of all kinds. */
  readonly sums: Readonly<Record<VolumeKind, number>>;
  readonly most: number;
}

/** Counts lines, which are in the order of their times, in so many steps from the first to the last. */
export function volumeOf(lines: readonly LogLine[], count: number): Volume {
  const fromMs = lines[0]?.at ?? 0;
  const toMs = Math.max(fromMs + 1, lines.at(-1)?.at ?? 0);
  const zeros = (): number[] => Array.from({ length: count }, () => 0);
  const steps = { errors: zeros(), warnings: zeros(), others: zeros() };
  const sums = { errors: 0, warnings: 0, others: 0 };
  const all = zeros();
  for (const { at, level } of lines) {
    const step = Math.min(count - 1, Math.max(0, Math.floor(((at - fromMs) / (toMs - fromMs)) * count)));
    const kind = kindOf(level);
    steps[kind][step] = (steps[kind][step] ?? 0) + 1;
    all[step] = (all[step] ?? 0) + 1;
    sums[kind] += 1;
  }
  return { fromMs, toMs, steps, sums, most: Math.max(1, ...all) };
}

function kindOf(level: LogLine['level']): VolumeKind {
  if (level === 'ERROR' || level === 'FATAL') return 'errors';
  return level === 'WARN' ? 'warnings' : 'others';
}

/** Each kind as the path of its bars in a picture of so many pixels, one upon the other: errors at the bottom, where they are seen. */
export function barsOf({ steps, most }: Volume, width: number, height: number): Readonly<Record<VolumeKind, string>> {
  const step = width / steps.others.length;
  const below = steps.others.map(() => 0);
  const path = (kind: VolumeKind): string =>
    steps[kind]
      .map((value, at) => {
        if (value === 0) return '';
        const from = height - (below[at] ?? 0);
        // One among thousands is to be seen, too.
        const tall = Math.min(from, Math.max(kind === 'others' ? 1 : 2, (value / most) * height));
        below[at] = (below[at] ?? 0) + tall;
        return `M${(at * step).toFixed(1)} ${from.toFixed(1)}v${(-tall).toFixed(1)}h${Math.max(0.5, step - 1).toFixed(1)}v${tall.toFixed(1)}z`;
      })
      .join('');
  return { errors: path('errors'), warnings: path('warnings'), others: path('others') };
}
