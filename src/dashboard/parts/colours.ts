import { onTheme } from '../app/theme.ts';

let probe: HTMLElement | undefined;
/** To ask for one has the browser compute styles, which is too slow for each picture that is drawn. */
const known = new Map<string, string>();

/** A colour of `theme.css`, such as `--busy`, as it is in the theme that is shown now: for what is drawn and not styled. Ask again when the theme changes (`onTheme`). */
export function colourOf(name: `--${string}`): string {
  if (probe === undefined) {
    probe = document.createElement('span');
    probe.hidden = true;
    document.body.append(probe);
    // Before whoever draws hears of it: who listens first is told first.
    onTheme(() => known.clear());
  }
  const before = known.get(name);
  if (before !== undefined) return before;
  probe.style.color = `var(${name})`;
  const { color } = getComputedStyle(probe);
  known.set(name, color);
  return color;
}
