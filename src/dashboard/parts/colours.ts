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

/** What is read on a colour (`rgb(…)`, as `colourOf` gives it): black or white, whichever stands out more (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio). */
export function inkOn(colour: string): string {
  const [red = 0, green = 0, blue = 0] = [...colour.matchAll(/[\d.]+/g)].map(([part]) => {
    const share = Number(part) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return (light + 0.05) / 0.05 > 1.05 / (light + 0.05) ? '#000' : '#fff';
}
