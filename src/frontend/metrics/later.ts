import { valuesText } from '../../model/metrics-text.ts';
import type { FrontendOptions } from '../context.ts';
import { auxiliaryText } from './auxiliary.ts';
import { eventsText } from './events.ts';
import { executionsText } from './executions.ts';
import { sourcesText } from './sources.ts';
import { queuesText, watchedQueues } from './queues.ts';
import { schedulesText } from './schedules.ts';

/** What is done later, and what waits for it, in Prometheus' text format. */
export async function laterText(options: FrontendOptions): Promise<string> {
  const { clock, driver, events, gate, version } = options;
  const build = valuesText(
    'gauge',
    'heddle_build_info',
    'The release that runs, and the driver of its instances.',
    ['version', 'driver'],
    [[[version, driver], 1]],
  );
  const limited = valuesText(
    'counter',
    'heddle_rate_limited_requests_total',
    'Requests of all interfaces that were refused, as their account had made as many in a second as it may.',
    [],
    [[[], gate.refused]],
  );
  // Who only looks loads nothing that is not used.
  const here = events.here();
  const used = (await Promise.all(here.map((one) => one.inUse()))).filter((one) => one !== undefined);
  const queues = await queuesText(
    watchedQueues(
      used.map((one) => one.queues),
      clock,
    ),
  );
  const schedules = await schedulesText(
    here.map(({ durable }) => durable),
    clock,
  );
  const executions = executionsText(await Promise.all(used.map((one) => one.executions.totals())), clock.wall());
  const sources = sourcesText(used.map((one) => one.sources));
  const dropped = valuesText(
    'counter',
    'heddle_recursive_invocations_dropped_total',
    'Invocations that were refused since the service started, as they went on with a loop.',
    [],
    [[[], events.loops.dropped]],
  );
  const auxiliary = auxiliaryText(options.auxiliaries?.totals() ?? []);
  const cluster = (await options.clusterView?.metrics()) ?? '';
  const traces = options.tracesText === undefined ? [] : [options.tracesText()];
  const waiting = [...queues, ...sources, ...schedules, executions, dropped, limited, build, ...auxiliary, ...traces];
  return (
    [
      await eventsText(
        used.map((one) => one.async),
        clock,
      ),
      ...waiting,
    ].join('\n') + (cluster === '' ? '' : `\n${cluster}`)
  );
}
