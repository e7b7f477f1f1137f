import type { Ordered, RunRecord } from './run-record.ts';

/**
 * Where the time of an invocation goes, in this order: the request was read and authorised (`request`), a place was looked for (`placement`), none was
 * there (`queue`), something was booted, made or taken for it (`instance`), its container was given its code (`load`) and read it (`start`), its module's top
 * level ran (`init`), its handler did (`handler`).
 */
export const stageNames = ['request', 'placement', 'queue', 'instance', 'load', 'start', 'init', 'handler'] as const;
export type StageName = (typeof stageNames)[number];

/** One part of an invocation's time. They follow each other without gaps. */
export interface Stage {
  readonly name: StageName;
  /** On the clock of the record. */
  readonly fromAt: number;
  readonly toAt: number;
  /** Of `instance`. */
  readonly how?: Ordered;
}

/** The parts of an invocation's time that there were, first to last. */
export function stagesOf(record: RunRecord): Stage[] {
  const { receivedAt, cameAt, queuedAt, sentAt, loadedAt, startedAt, handlerAt, endedAt } = record;
  const order = waitedFor(record);
  const stages: Stage[] = [];
  let at = receivedAt;
  const until = (name: StageName, toAt: number | undefined, how?: Ordered): void => {
    if (toAt === undefined) return;
    const end = Math.min(Math.max(at, toAt), endedAt);
    stages.push({ name, fromAt: at, toAt: end, ...(how !== undefined && { how }) });
    at = end;
  };
  until('request', cameAt);
  until('placement', queuedAt ?? order?.at ?? sentAt);
  if (queuedAt !== undefined) until('queue', order?.at ?? sentAt);
  if (order !== undefined) until('instance', sentAt, order.how);
  until('load', loadedAt);
  until('start', startedAt ?? endedAt);
  if (startedAt === undefined) return stages;
  if (handlerAt === undefined || handlerAt > startedAt) until('init', handlerAt ?? endedAt);
  if (handlerAt !== undefined) until('handler', endedAt);
  return stages;
}

/** What it had ordered, unless something else came free before that. */
function waitedFor({ ordered, orderedAt, startPath }: RunRecord): { at: number; how: Ordered } | undefined {
  if (ordered === undefined || orderedAt === undefined) return undefined;
  const came = { boot: 'cold-instance', container: 'new-container', allocation: 'warm-instance' } as const;
  return startPath === came[ordered] ? { at: orderedAt, how: ordered } : undefined;
}
