import type { PageSpec } from '../../app/page-spec.ts';

export const machine: PageSpec = {
  name: 'machine',
  title: 'Machine',
  icon: 'M5 5h14v14H5zM9 9h6v6H9zM9 2v3M15 2v3M9 19v3M15 19v3M2 9h3M2 15h3M19 9h3M19 15h3',
  needs: 'machine',
  operatorsOnly: true,
  load: async () => (await import('./machine.tsx')).Machine,
};
