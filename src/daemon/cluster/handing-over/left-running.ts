import type { HostId } from '../../../cluster/contract.ts';
import { fieldsOf, listIn, listOf, numberIn, textIn } from '../../../cluster/fields.ts';
import type { EventName } from '../../../store/durable/contracts/events.ts';

/** Events of a shard that a host runs which was its home when it began them. */
export interface LeftRunning {
  readonly host: HostId;
  readonly events: readonly EventName[];
}

/** The note of a shard in which a home says what it leaves running. */
export const leftRunningNote = 'left-running';
const hostsMax = 10_000;
const eventsMax = 1_000_000;

export function writeLeftRunning(left: readonly LeftRunning[]): string {
  return JSON.stringify(left);
}

/** Throws where it is no such note. */
export function readLeftRunning(text: string): readonly LeftRunning[] {
  const read: unknown = JSON.parse(text);
  return listOf(read, hostsMax, leftRunningNote).map((one) => {
    const fields = fieldsOf(one);
    return { host: textIn(fields, 'host'), events: listIn(fields, 'events', eventsMax).map(eventIn) };
  });
}

function eventIn(value: unknown): EventName {
  const fields = fieldsOf(value);
  return { account: textIn(fields, 'account'), line: textIn(fields, 'line'), id: numberIn(fields, 'id') };
}
