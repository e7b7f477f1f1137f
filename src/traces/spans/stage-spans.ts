import type { RunRecord } from '../../model/invocations/run-record.ts';
import { stagesOf, type Stage } from '../../model/invocations/stages.ts';
import { givenTrace } from '../../model/invocations/trace-header.ts';
import { randomId } from '../sampling.ts';
import type { TraceSpan } from '../span.ts';

/** What OpenTelemetry, and people, call the parts. */
const names: Readonly<Record<Stage['name'], string>> = {
  request: 'request',
  placement: 'placement',
  queue: 'queue',
  instance: 'instance',
  load: 'load code',
  start: 'start',
  init: 'init',
  handler: 'handler',
};

/**
 * The spans of what happened to an invocation on the host that ran it, below the span that had it run. The handler's, and that of the initialisation where there
 * is no other, has the id that user code is told, so that spans which that makes are below it. Of a thread, only what was before its code: whoever has
 * its session knows the rest. None where the trace is not kept. `epochMs`: what is to be added to the host's clock for milliseconds since the Unix epoch.
 */
export function stageSpans(record: RunRecord, epochMs: number, host?: string): TraceSpan[] {
  const given = givenTrace(record.traceGiven);
  const own = givenTrace(record.traceOwn);
  if (given?.sampled !== true || given.parentId === undefined) return [];
  const { traceId, parentId } = given;
  const stages = stagesOf(record).filter(({ name }) => !record.thread || (name !== 'handler' && name !== 'init'));
  const last = stages.at(-1);
  return stages.map((stage) => ({
    traceId,
    spanId: stage === last && !record.thread ? (own?.parentId ?? randomId(8)) : randomId(8),
    parentId,
    name: stage.name === 'instance' ? `instance ${stage.how}` : names[stage.name],
    kind: 'internal',
    startMs: stage.fromAt + epochMs,
    endMs: stage.toAt + epochMs,
    attributes: attributesOf(stage, record, host),
    ...(stage === last && record.ended !== 'ok' && !record.thread && { error: record.ended }),
  }));
}

function attributesOf({ name, how }: Stage, record: RunRecord, host: string | undefined): TraceSpan['attributes'] {
  const { startPath, coldReason, instanceId, containerId, retries } = record;
  const where = { 'faas.instance': containerId, 'heddle.instance.id': instanceId, 'heddle.host': host };
  if (name === 'request') return {};
  if (name === 'placement')
    return { 'heddle.start.path': startPath, 'heddle.retries': retries > 0 ? retries : undefined };
  if (name === 'queue') return { 'heddle.cold.reason': startPath === 'cold-instance' ? coldReason : undefined };
  if (name === 'instance') return { ...where, 'heddle.instance.how': how };
  return where;
}
