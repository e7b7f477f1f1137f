import { atMost, plain, type Target } from './target.ts';

/** How soon pools of an instance that has moved have their answers. */
export const movedTargets: readonly Target[] = ['host', 'gvisor'].map((driver) =>
  atMost(
    `first answers after a move (${driver}), ms`,
    100,
    plain('moved', driver, 'from going on to the first answers, median', 'told'),
    true,
  ),
);
