/** What somebody chose; `system`: as the machine has it. */
export type Theme = 'system' | 'light' | 'dark';

const storageKey = 'heddle-theme';

export function chosenTheme(): Theme {
  const kept = localStorage.getItem(storageKey);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

/** Shows the page in a theme, and remembers it where it was chosen just now. */
export function applyTheme(chosen: Theme = chosenTheme()): void {
  if (chosen === 'system') localStorage.removeItem(storageKey);
  else localStorage.setItem(storageKey, chosen);
  if (chosen === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = chosen;
  // What is drawn, and does not follow by itself, is drawn anew.
  dispatchEvent(new Event('heddle-theme'));
}

/** Calls when colours are to be taken anew; gives how to stop. */
export function onTheme(changed: () => void): () => void {
  const media = matchMedia('(prefers-color-scheme: dark)');
  addEventListener('heddle-theme', changed);
  media.addEventListener('change', changed);
  return () => {
    removeEventListener('heddle-theme', changed);
    media.removeEventListener('change', changed);
  };
}
