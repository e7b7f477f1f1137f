import { atMost, plain, type Target } from '../target.ts';

const of = (what: string, who: string): Target['is'] => plain('cluster-placement', 'host', what, who);

/** What placement among hosts is to reach. */
export const clusterPlacementTargets: readonly Target[] = [
  atMost('a decision among 1,000 hosts, µs', 50, of('a decision, processor time', '1,000 hosts'), true),
  atMost(
    'a warm call on a host with others, more than alone, µs',
    2,
    of('a container is idle here: no decision', 'heddle'),
    true,
  ),
  atMost('summary of 100 functions, B/s', 1_024, of('summary of 100 functions', 'everything does')),
];
