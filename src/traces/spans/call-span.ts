import type { Invocation, InvocationOutcome } from '../../model/invocations/invocation.ts';
import type { AttributeValue, TraceSpan } from '../span.ts';

/** How a call came, in OpenTelemetry's words: https://opentelemetry.io/docs/specs/semconv/faas/ and …/rpc/, …/http/. */
export function callAttributes(invocation: Invocation): Record<string, AttributeValue | undefined> {
  const { function: fn, requestId, cause = 'api', invokedArn } = invocation;
  const common = {
    'faas.name': fn.name,
    'faas.version': fn.version,
    'faas.invocation_id': requestId,
    'faas.trigger': triggers[cause],
    'cloud.account.id': fn.account,
    'cloud.resource_id': invokedArn ?? fn.arn,
    'process.runtime.name': fn.runtime,
    'heddle.cause': cause,
  };
  if (cause !== 'api') return common;
  return {
    ...common,
    'rpc.system.name': 'aws-api',
    'rpc.method': 'Lambda/Invoke',
    'http.request.method': 'POST',
    'http.route': '/2015-03-31/functions/{FunctionName}/invocations',
    'url.path': `/2015-03-31/functions/${encodeURIComponent(fn.name)}/invocations`,
  };
}

const triggers: Readonly<Record<NonNullable<Invocation['cause']>, string>> = {
  api: 'other',
  url: 'http',
  event: 'pubsub',
  queue: 'pubsub',
  execution: 'other',
  objects: 'datasource',
};

/** What is known of a call when it has its outcome. */
export function outcomeAttributes(outcome: InvocationOutcome): TraceSpan['attributes'] {
  const { startPath, coldReason, startMs, durationMs, instanceId, containerId, host, limit, memoryPeakMb } = outcome;
  return {
    'faas.coldstart': startPath === 'cold-instance' || startPath === 'warm-instance' || startPath === 'new-container',
    'faas.instance': containerId,
    'heddle.instance.id': instanceId,
    'heddle.host': host,
    'heddle.start.path': startPath,
    'heddle.start.ms': startMs,
    'heddle.duration.ms': durationMs,
    'heddle.memory.peak_mb': memoryPeakMb,
    'heddle.cold.reason': startPath === 'cold-instance' ? coldReason : undefined,
    'heddle.limit': limit,
    'error.type': outcome.result.ok ? undefined : (limit ?? outcome.result.functionError),
  };
}
