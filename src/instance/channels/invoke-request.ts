import type { RuntimeRequest } from '../../protocol/messages.ts';
import type { ContainerInvocation } from '../guest.ts';

/** An invocation as its runtime is told of it. */
export function invokeRequest({
  requestId,
  timeoutMs,
  payload,
  clientContext,
  tenantId,
  initialise,
  traceId,
  traceparent,
  traceState,
  invokedArn,
  thread,
  answer,
}: ContainerInvocation): RuntimeRequest & { readonly type: 'invoke' } {
  return {
    type: 'invoke',
    requestId,
    timeoutMs,
    payload,
    ...(clientContext === undefined ? {} : { clientContext }),
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(initialise === undefined ? {} : { initialise }),
    ...(traceId === undefined ? {} : { traceId }),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(traceState === undefined ? {} : { traceState }),
    ...(invokedArn === undefined ? {} : { invokedArn }),
    ...(thread === undefined ? {} : { thread: true }),
    ...(answer === undefined ? {} : { stream: true }),
  };
}
