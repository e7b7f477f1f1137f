import { atMost, plain, type Target } from '../target.ts';

/** What calls of portions are to reach. */
export const portionTargets: readonly Target[] = ['host', 'gvisor'].map((driver) =>
  atMost(`call of a portion (${driver}) ÷ a warm thread`, 1.3, plain('portions', driver, 'the same ÷ a warm thread')),
);
