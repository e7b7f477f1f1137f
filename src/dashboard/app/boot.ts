import { applyTheme } from './theme.ts';

applyTheme();
// The page's head is painted before its program is loaded, which takes longer than that. A page that nobody sees is not painted: it does not wait.
const load = (): void => void import('./main.tsx');
if (document.hidden) load();
else requestAnimationFrame(() => setTimeout(load));
