import { colourOf } from '../../../parts/colours.ts';

/** Colours of the theme that is shown, as a canvas takes them. */
export interface Colours {
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly surface: string;
  readonly surface2: string;
  readonly accent: string;
  readonly accentSoft: string;
  readonly queued: string;
  readonly loading: string;
  readonly running: string;
  readonly ended: string;
  readonly failed: string;
  readonly waiting: string;
}

export function coloursNow(): Colours {
  return {
    text: colourOf('--text'),
    muted: colourOf('--muted'),
    line: colourOf('--line'),
    surface: colourOf('--surface'),
    surface2: colourOf('--surface-2'),
    accent: colourOf('--accent'),
    accentSoft: colourOf('--accent-soft'),
    queued: colourOf('--blank'),
    loading: colourOf('--loading'),
    running: colourOf('--busy'),
    ended: colourOf('--idle'),
    failed: colourOf('--dying'),
    waiting: colourOf('--series-4'),
  };
}
