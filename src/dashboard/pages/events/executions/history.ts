/** One operation of an execution, as its history tells it. Milliseconds since the Unix epoch. */
export interface Told {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly depth: number;
  readonly startedAt: number;
  endedAt?: number;
  outcome: 'running' | 'done' | 'failed';
  /** When its attempts that failed ended. */
  readonly failures: number[];
  /** What came of it, or what is wanted of somebody. */
  words: string;
}

/** An event as the service tells it: AWS's names, times in seconds. */
export type HistoryWire = Readonly<Record<string, unknown>>;

/** The operations of an execution, in the order in which they began, each with what is known of it. Invocations are of their own kind. */
export function toldBy(events: readonly HistoryWire[]): readonly Told[] {
  const all = new Map<string, Told>();
  for (const event of events) {
    const [, kind = '', what = ''] =
      /^(Context|Step|Wait|Callback|ChainedInvoke)(\w+)$/.exec(textIn(event, 'EventType')) ?? [];
    if (kind === '') continue;
    const id = textIn(event, 'Id');
    const there = all.get(id) ?? begun(event, kind, all);
    all.set(id, there);
    if (what !== 'Started') take(there, event, what);
  }
  return [...all.values()];
}

function begun(event: HistoryWire, kind: string, all: ReadonlyMap<string, Told>): Told {
  const above = all.get(textIn(event, 'ParentId'));
  const callback = textIn(objectIn(event, 'CallbackStartedDetails'), 'CallbackId');
  const subType = textIn(event, 'SubType') || kind;
  return {
    id: textIn(event, 'Id'),
    name: textIn(event, 'Name'),
    kind: subType.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase(),
    depth: above === undefined ? 0 : above.depth + 1,
    startedAt: atOf(event),
    outcome: 'running',
    failures: [],
    words: callback === '' ? '' : `waits for the callback ${callback}`,
  };
}

function take(told: Told, event: HistoryWire, what: string): void {
  const details = objectIn(event, `${textIn(event, 'EventType')}Details`);
  const failed = what !== 'Succeeded';
  const error = objectIn(objectIn(details, 'Error'), 'Payload');
  told.words = failed ? textIn(error, 'ErrorMessage') : textIn(objectIn(details, 'Result'), 'Payload');
  const again = Number(objectIn(details, 'RetryDetails')['NextAttemptDelaySeconds'] ?? 0);
  if (again > 0) {
    told.failures.push(atOf(event));
    return;
  }
  told.outcome = failed && what !== 'Cancelled' ? 'failed' : 'done';
  told.endedAt = atOf(event);
}

/** When an event was, milliseconds since the Unix epoch. */
function atOf(event: HistoryWire): number {
  return Number(event['EventTimestamp']) * 1_000;
}

function objectIn(wire: HistoryWire, name: string): HistoryWire {
  return Object(wire[name] ?? {});
}

function textIn(wire: HistoryWire, name: string): string {
  const value = wire[name];
  return typeof value === 'string' ? value : '';
}
