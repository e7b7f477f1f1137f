import type { HeddleClient } from './client.ts';
import { ServiceError } from './service-error.ts';
import type { Shape } from './shape.ts';

/** What is said of a schedule: members of EventBridge Scheduler's `CreateSchedule`, and `CatchUp`. */
export type ScheduleInput = Readonly<Record<string, unknown>>;

function pathOf(name: string): string {
  return `/schedules/${encodeURIComponent(name)}`;
}

/** Makes a schedule, or changes the one that there is. */
export async function setSchedule(client: HeddleClient, name: string, input: ScheduleInput): Promise<Shape> {
  try {
    return await client.json('POST', pathOf(name), input, undefined, 'scheduler');
  } catch (error) {
    if (!(error instanceof ServiceError) || error.status !== 409) throw error;
    return await client.json('PUT', pathOf(name), input, undefined, 'scheduler');
  }
}

/** Throws ServiceError, 404, where there is none. */
export async function getSchedule(client: HeddleClient, name: string, group = 'default'): Promise<Shape> {
  return await client.json('GET', pathOf(name), undefined, { groupName: group }, 'scheduler');
}

/** All schedules, by group and name, page by page, with what they have done. */
export async function* schedulesOf(client: HeddleClient): AsyncGenerator<Shape> {
  let token = '';
  do {
    const query: Record<string, string> = { WithCounts: 'true', ...(token !== '' && { NextToken: token }) };
    const page: Shape = await client.json('GET', '/schedules', undefined, query, 'scheduler');
    yield* page.list('Schedules');
    token = page.text('NextToken');
  } while (token !== '');
}

/** Throws ServiceError, 404, where there is none. */
export async function deleteSchedule(client: HeddleClient, name: string, group = 'default'): Promise<void> {
  await client.json('DELETE', pathOf(name), undefined, { groupName: group }, 'scheduler');
}
