import { ApiError } from '../../../api/errors.ts';
import type { ScheduleGroup } from '../../../store/durable/contracts/schedules.ts';
import { defaultGroup, type ScheduleContext } from './context.ts';

/** Throws ResourceNotFoundException. The default one is there without being made. */
export async function findGroup({ store }: ScheduleContext, account: string, name: string): Promise<ScheduleGroup> {
  const found = store.used ? await store.parts.schedules.group({ account, name }) : undefined;
  if (found !== undefined) return found;
  if (name === defaultGroup) return defaultOf(account);
  throw noGroup(name);
}

/** The group that is there without being made. */
export function defaultOf(account: string): ScheduleGroup {
  return { account, name: defaultGroup, createdAt: 0, modifiedAt: 0, tags: {} };
}

/** There is no group of this name. */
export function noGroup(name: string): ApiError {
  return new ApiError('ResourceNotFoundException', `Schedule group ${name} does not exist.`);
}
