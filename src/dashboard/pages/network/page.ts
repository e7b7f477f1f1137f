import type { PageSpec } from '../../app/page-spec.ts';

export const network: PageSpec = {
  name: 'network',
  title: 'Network',
  icon: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M3 12h18M12 3c5 5.5 5 12.5 0 18M12 3c-5 5.5-5 12.5 0 18',
  needs: 'egress',
  load: async () => (await import('./network.tsx')).Network,
};
