import type { FrontendOptions } from '../context.ts';
import type { OpenTopic, Topic } from './topic.ts';
import { openActivity } from './topics/activity.ts';
import { openInstances } from './topics/instances.ts';
import { openService } from './topics/service.ts';
import { openStarts } from './topics/starts.ts';
import { openJobs, openThreads } from './topics/threads.ts';
import { openWarming } from './topics/warming.ts';

/** Every topic, a line each. */
const all: readonly OpenTopic[] = [openActivity, openInstances, openJobs, openStarts, openThreads, openWarming];

/** The topics of a frontend by their names. */
export function openTopics(options: FrontendOptions): ReadonlyMap<string, Topic> {
  const topics = all.map((open) => open(options));
  return new Map([...topics, openService(options, topics)].map((topic) => [topic.name, topic]));
}
