import { movedTargets } from './moved-targets.ts';
import { atMost, plain, ratio, type Target } from './target.ts';

const fork = (what: string): Target['is'] => plain('fork', 'microvm', what);

/** What pausing and forking may take. */
export const forkTargets: readonly Target[] = [
  atMost(
    'each of 8 forks (microvm, emulated) ÷ a copy of the template',
    1.5,
    ratio(fork('each of 8 forks, to its first answer'), fork('a copy of the template, to its first answer')),
  ),
  atMost('pause and resume (microvm, emulated), ms', 400, fork('pause and resume'), true),
  ...movedTargets,
];
