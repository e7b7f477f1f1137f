import type { PageSpec } from '../../app/page-spec.ts';

export const logs: PageSpec = {
  name: 'logs',
  title: 'Logs',
  icon: 'M5 5h14M5 10h9M5 15h14M5 20h6',
  load: async () => (await import('./logs.tsx')).Logs,
};
