let probe: HTMLElement | undefined;

/** A colour of `theme.css`, such as `--busy`, as it is in the theme that is shown now: for what is drawn and not styled. Ask again when the theme changes (`onTheme`). */
export function colourOf(name: `--${string}`): string {
  if (probe === undefined) {
    probe = document.createElement('span');
    probe.hidden = true;
    document.body.append(probe);
  }
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
}
