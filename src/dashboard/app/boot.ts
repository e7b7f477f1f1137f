import { applyTheme } from './theme.ts';

applyTheme();
const load = (): void => void import('./main.tsx');
// The page's head is painted before its program is loaded, which takes longer than that. A page that nobody sees is not painted: it does not wait.
const afterPaint = (): void => {
  if (document.hidden) load();
  else requestAnimationFrame(() => setTimeout(load));
};
// The script is not waited for by the page, so that it may be there first.
if (document.readyState === 'loading') addEventListener('DOMContentLoaded', afterPaint);
else afterPaint();
