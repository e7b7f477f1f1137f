import type { PageSpec } from '../../app/page-spec.ts';

export const functions: PageSpec = {
  name: 'functions',
  title: 'Functions',
  icon: 'M14 4h-1.5a3 3 0 0 0-3 3L8 20M6 10h7M14 12l5 8M19 12l-5 8',
  load: async () => (await import('./functions.tsx')).Functions,
};
