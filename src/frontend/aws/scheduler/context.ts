import type { DurableStore } from '../../../store/durable/contracts/durable-store.ts';
import type { Clock } from '../../../model/clock.ts';

/** What the operations on schedules work with. */
export interface ScheduleContext {
  readonly store: DurableStore;
  /** To be awaited before anything is changed: who only looks loads and keeps nothing. */
  readonly open: () => Promise<void>;
  /** Something is due at another time than before. */
  readonly look: () => void;
  readonly clock: Clock;
  readonly region: string;
}

/** The group that every account has, and that nobody can remove. */
export const defaultGroup = 'default';
