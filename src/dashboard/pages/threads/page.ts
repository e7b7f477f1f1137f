import type { PageSpec } from '../../app/page-spec.ts';

export const threads: PageSpec = {
  name: 'threads',
  title: 'Threads',
  icon: 'M4 6h9M4 12h16M11 18h9M4 9v6M20 15v6',
  needs: 'jobs',
  load: async () => (await import('./threads.tsx')).Threads,
};
