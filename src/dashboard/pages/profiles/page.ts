import type { PageSpec } from '../../app/page-spec.ts';

export const profiles: PageSpec = {
  name: 'profiles',
  title: 'Profiles',
  icon: 'M5 4v12a2 2 0 0 0 2 2h4M5 10h6M14 7h6v6h-6zM14 15h6v5h-6z',
  needs: 'profiles',
  load: async () => (await import('./profiles.tsx')).Profiles,
};
