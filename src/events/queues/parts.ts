import type { Clock } from '../../model/clock.ts';
import type { PartClient } from '../../store/durable/contracts/durable-store.ts';
import type { QueueOperations } from '../../store/durable/contracts/queues.ts';
import type { Ages } from '../clock/clock-keeper.ts';
import type { Chores } from './chores.ts';
import type { Lines } from './lines.ts';
import type { QueueBook } from './queue-book.ts';

/** What the parts of this room share. */
export interface QueueParts {
  readonly store: PartClient<QueueOperations>;
  readonly clock: Clock;
  readonly ages: Pick<Ages, 'jumps'>;
  /** Of the service; ARNs have it. */
  readonly region: string;
  /** Whether anything was ever kept: to look for what cannot be there must not make the store. */
  readonly used: () => boolean;
  readonly book: QueueBook;
  readonly lines: Lines;
  readonly chores: Chores;
}
