import type { FrontendOptions } from '../context.ts';
import { overHosts } from './over-hosts/gather.ts';
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
import { openPaths } from './topics/paths.ts';
import { openProfiles } from './topics/profiles.ts';
import { openQueues } from './topics/queues.ts';
import { openSchedules } from './topics/schedules.ts';
import { openService } from './topics/service.ts';
import { openStarts } from './topics/starts.ts';
import { openJobs, openThreads } from './topics/threads.ts';
import { openUsage } from './topics/usage.ts';
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
  openPaths,
  openThreads,
  openStarts,
  openUsage,
  openWarming,
];

/** The topics of a frontend by their names, each as this host has it. */
export function openTopicsHere(options: FrontendOptions): ReadonlyMap<string, Topic> {
  return byName(all.map((open) => open(options)));
}

/** The same, of a cluster with what the other hosts have. */
export function openTopics(options: FrontendOptions, here: ReadonlyMap<string, Topic>): ReadonlyMap<string, Topic> {
  const { clusterView: view } = options;
  const topics = [...here.values()].map((topic) =>
    view === undefined || topic.over === undefined ? topic : overHosts(topic, topic.over, view),
  );
  return byName([...topics, openService(options, topics)]);
}

function byName(topics: readonly Topic[]): ReadonlyMap<string, Topic> {
  return new Map(topics.map((topic) => [topic.name, topic]));
}
