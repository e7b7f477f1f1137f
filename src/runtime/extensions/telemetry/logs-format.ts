/** An event as the Logs API has it. */
export interface LogsEvent {
  readonly type: string;
  readonly record: object;
  /** Only in the second version of its schema. */
  readonly later?: true;
}

/** Members of records that the Logs API has, by what follows `platform.` in the type: the Telemetry API came later, and tells more. */
const members: Readonly<Record<string, readonly string[]>> = {
  start: ['requestId', 'version'],
  end: ['requestId'],
  runtimeDone: ['requestId', 'status'],
  report: ['requestId', 'metrics'],
  extension: ['name', 'state', 'events'],
  telemetrySubscription: ['name', 'state', 'types'],
  logsDropped: ['droppedBytes', 'droppedRecords', 'reason'],
};

/** A platform event of the Telemetry API as the Logs API has it; undefined where it has none. */
export function logsEvent(type: string, record: object): LogsEvent | undefined {
  const kept = members[type];
  if (kept === undefined) return undefined;
  const entries = Object.entries(record).filter(([name]) => kept.includes(name));
  const name = type === 'telemetrySubscription' ? 'logsSubscription' : type;
  const event = { type: `platform.${name}`, record: Object.fromEntries(entries) };
  return type === 'runtimeDone' ? { ...event, later: true } : event;
}
