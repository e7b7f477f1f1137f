import { logLinesPath } from '../../model/dashboard/logs.ts';
import { streamPath } from '../../model/dashboard/stream.ts';
import type { FrontendOptions } from '../context.ts';
import { loadedLater, once } from '../routes/loaded-later.ts';
import { tellTopics } from './over-hosts/gather.ts';
import { smallBodyBytesMax, type Operation } from '../routes/operation.ts';

/**
 * The stream of state, `GET /heddle/v1/stream?topics=NAME,NAME:ARGUMENT`: server-sent events whose data are a StreamEvent; and lines of logs, `GET
 * /heddle/v1/logs?follow=1&function=NAME&level=ERROR&text=…&requestId=…&since=MS&limit=500`: a LogNews as JSON in each line. `stopping` ends all of them.
 */
export function dashboardOperations(options: FrontendOptions, stopping: AbortSignal): readonly Operation[] {
  const common = { method: 'GET', bodyBytesMax: smallBodyBytesMax } as const;
  const routes = { WatchState: { ...common, path: streamPath }, ReadLogLines: { ...common, path: logLinesPath } };
  const here = once(async () => (await import('./topics.ts')).openTopicsHere(options));
  if (options.clusterView !== undefined) tellTopics(options.clusterView, here);
  const operations = loadedLater(routes, async () => ({
    ...(await import('./stream/watch-state.ts')).streamRuns(options, await here(), stopping),
    ...(await import('./logs/read-log-lines.ts')).logRuns(options, stopping),
  }));
  // Only for keys of accounts: code that runs has no business here.
  return operations.map((operation) => ({ ...operation, ownersOnly: true }));
}
