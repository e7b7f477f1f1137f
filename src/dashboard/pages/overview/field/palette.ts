import type { ContainerRow } from '../../../../model/dashboard/overview.ts';
import { colourOf } from '../../../parts/colours.ts';

/** What containers do, as the legend names it. */
export const containerStates: Readonly<
  Record<ContainerRow['state'], { readonly word: string; readonly colour: `--${string}` }>
> = {
  blank: { word: 'blank', colour: '--blank' },
  starting: { word: 'loading', colour: '--loading' },
  idle: { word: 'idle', colour: '--idle' },
  running: { word: 'busy', colour: '--busy' },
  retiring: { word: 'dying', colour: '--dying' },
};

/** From the bottom of a pile to its top: what works first. */
export const piled: readonly ContainerRow['state'][] = ['running', 'idle', 'starting', 'retiring', 'blank'];

/** Colours of a theme. */
export interface Palette {
  readonly text: string;
  readonly muted: string;
  readonly surface: string;
  readonly lane: string;
  readonly line: string;
  readonly lineStrong: string;
  readonly accent: string;
  readonly dying: string;
  readonly states: Readonly<Record<ContainerRow['state'], string>>;
}

/** The colours of the theme that is shown. */
export function currentPalette(): Palette {
  const of = (state: ContainerRow['state']): string => colourOf(containerStates[state].colour);
  return {
    text: colourOf('--text'),
    muted: colourOf('--muted'),
    surface: colourOf('--surface'),
    lane: colourOf('--page'),
    line: colourOf('--line'),
    lineStrong: colourOf('--line-strong'),
    accent: colourOf('--accent'),
    dying: colourOf('--dying'),
    states: {
      blank: of('blank'),
      starting: of('starting'),
      idle: of('idle'),
      running: of('running'),
      retiring: of('retiring'),
    },
  };
}
