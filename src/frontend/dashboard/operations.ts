import { streamPath } from '../../model/dashboard/stream.ts';
import type { FrontendOptions } from '../context.ts';
import { loadedLater } from '../routes/loaded-later.ts';
import { smallBodyBytesMax, type Operation } from '../routes/operation.ts';

/**
 * The stream of state, `GET /heddle/v1/stream?topics=NAME,NAME:ARGUMENT`: server-sent events whose data are a StreamEvent. `stopping` ends all of them.
 */
export function dashboardOperations(options: FrontendOptions, stopping: AbortSignal): readonly Operation[] {
  const routes = { WatchState: { method: 'GET', path: streamPath, bodyBytesMax: smallBodyBytesMax } } as const;
  const operations = loadedLater(routes, async () =>
    (await import('./stream/watch-state.ts')).streamRuns(options, stopping),
  );
  // Only for keys of accounts: code that runs has no business here.
  return operations.map((operation) => ({ ...operation, ownersOnly: true }));
}
