import type { FrontendOptions } from '../context.ts';
import type { OpenTopic, Topic } from './topic.ts';
import { openActivity } from './topics/activity.ts';
import { openInstances } from './topics/instances.ts';
import { openCluster } from './topics/cluster.ts';
import { openMachine } from './topics/machine.ts';
import { openCalls } from './topics/calls.ts';
import { openEgress } from './topics/egress.ts';
import { openEvents } from './topics/events.ts';
import { openExecutions } from './topics/executions.ts';
import { openFunctions } from './topics/functions.ts';
import { openProfiles } from './topics/profiles.ts';
import { openQueues } from './topics/queues.ts';
import { openSchedules } from './topics/schedules.ts';
import { openService } from './topics/service.ts';
import { openStarts } from './topics/starts.ts';
import { openJobs, openThreads } from './topics/threads.ts';
import { openWarming } from './topics/warming.ts';

/** Every topic, a line each. */
const all: readonly OpenTopic[] = [
  openActivity,
  openCalls,
  openCluster,
  openEgress,
  openEvents,
  openExecutions,
  openFunctions,
  openProfiles,
  openQueues,
  openSchedules,
  openInstances,
  openJobs,
  openMachine,
  openThreads,
  openStarts,
  openWarming,
];

/** The topics of a frontend by their names. */
export function openTopics(options: FrontendOptions): ReadonlyMap<string, Topic> {
  const topics = all.map((open) => open(options));
  return new Map([...topics, openService(options, topics)].map((topic) => [topic.name, topic]));
}
