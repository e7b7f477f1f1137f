import type { DurableParts } from './contracts/durable-store.ts';
import { events } from './events/part.ts';
import { executions } from './executions/part.ts';
import { notes } from './notes.ts';
import type { Part } from './part.ts';
import { queues } from './queues/part.ts';
import { schedules } from './schedules/schedules.ts';
import { sources } from './sources/sources.ts';

/** All parts there are. */
export const parts: { readonly [Name in keyof DurableParts]: Part<DurableParts[Name]> } = {
  events,
  executions,
  notes,
  queues,
  schedules,
  sources,
};
