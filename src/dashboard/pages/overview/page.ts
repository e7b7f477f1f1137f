import type { PageSpec } from '../../app/page-spec.ts';

export const overview: PageSpec = {
  name: 'overview',
  title: 'Overview',
  icon: 'M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z',
  load: async () => (await import('./overview.tsx')).Overview,
};
