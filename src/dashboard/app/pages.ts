import { functions } from '../pages/functions/page.ts';
import { logs } from '../pages/logs/page.ts';
import { events } from '../pages/events/page.ts';
import { network } from '../pages/network/page.ts';
import { profiles } from '../pages/profiles/page.ts';
import { cluster } from '../pages/cluster/page.ts';
import { machine } from '../pages/machine/page.ts';
import { overview } from '../pages/overview/page.ts';
import { threads } from '../pages/threads/page.ts';
import type { PageSpec } from './page-spec.ts';

/** The pages, in the navigation's order. */
export const pages: readonly PageSpec[] = [
  overview,
  functions,
  threads,
  logs,
  events,
  network,
  profiles,
  machine,
  cluster,
];
