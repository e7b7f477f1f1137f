import type { PageSpec } from '../../app/page-spec.ts';

export const events: PageSpec = {
  name: 'events',
  title: 'Events',
  icon: 'M4 7h10M4 12h6M4 17h8M17 8v5l3 2M17 20a7 7 0 0 0 0-14',
  needs: 'events',
  load: async () => (await import('./events.tsx')).Events,
};
