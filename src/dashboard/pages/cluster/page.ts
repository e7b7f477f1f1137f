import type { PageSpec } from '../../app/page-spec.ts';

export const cluster: PageSpec = {
  name: 'cluster',
  title: 'Cluster',
  icon: 'M12 3a3 3 0 100 6 3 3 0 000-6zM5 15a3 3 0 100 6 3 3 0 000-6zM19 15a3 3 0 100 6 3 3 0 000-6zM10.5 8.5l-4 7M13.5 8.5l4 7M8 18h8',
  needs: 'cluster',
  operatorsOnly: true,
  load: async () => (await import('./cluster.tsx')).Cluster,
};
