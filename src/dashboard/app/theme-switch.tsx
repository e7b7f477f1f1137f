import { useState, type ReactNode } from 'react';
import { applyTheme, chosenTheme, type Theme } from './theme.ts';

const next: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };
const words: Readonly<Record<Theme, string>> = {
  system: 'Theme: as the system',
  light: 'Theme: light',
  dark: 'Theme: dark',
};
const icons: Readonly<Record<Theme, string>> = {
  system: 'M4 5h16v11H4zM9 20h6M12 16v4',
  light:
    'M12 8a4 4 0 100 8 4 4 0 000-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M5 19l1.4-1.4M17.6 6.4L19 5',
  dark: 'M20 14A8.5 8.5 0 0110 4a8.5 8.5 0 1010 10z',
};

/** Goes through the themes, one at each press. */
export function ThemeSwitch(): ReactNode {
  const [theme, setTheme] = useState(chosenTheme);
  const change = (): void => {
    applyTheme(next[theme]);
    setTheme(next[theme]);
  };
  return (
    <button
      type="button"
      className="icon-button theme-switch"
      onClick={change}
      title={words[theme]}
      aria-label={words[theme]}
    >
      <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
        <path d={icons[theme]} />
      </svg>
    </button>
  );
}
