import type { ServiceSnapshot } from '../../model/snapshot.ts';
import type { FrontendOptions } from '../context.ts';

/** What was found out so little ago is not found out again, ms: topics that look at the same moment look once. */
const recentMs = 100;

const recent = new WeakMap<FrontendOptions['workerManager'], { readonly at: number; readonly seen: ServiceSnapshot }>();

/** What the pools hold, as it is or was a moment ago. */
export function recentSnapshot({
  workerManager,
  clock,
}: Pick<FrontendOptions, 'workerManager' | 'clock'>): ServiceSnapshot {
  const now = clock.now();
  const known = recent.get(workerManager);
  if (known !== undefined && now - known.at < recentMs) return known.seen;
  const seen = workerManager.snapshot();
  recent.set(workerManager, { at: now, seen });
  return seen;
}
