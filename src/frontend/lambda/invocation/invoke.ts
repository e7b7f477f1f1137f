import { readClientContext } from '../../../api/client-context.ts';
import { checkPattern } from '../../../api/constraint.ts';
import { ApiError } from '../../../api/errors.ts';
import { parseJson } from '../../../api/json-input.ts';
import { tenantOf } from '../../../api/tenancy.ts';
import type { AsyncEvents } from '../../../events/async/async-events.ts';
import type { GivenKey } from '../../../events/async/keys.ts';
import { calledAs } from '../../../model/invocations/caller.ts';
import { servingVersion } from '../../../model/functions/function-record.ts';
import type { Invocation } from '../../../model/invocations/invocation.ts';
import { joinedTraceHeader, traceStateOf } from '../../../model/invocations/trace-context.ts';
import { limits } from '../../../model/limits.ts';
import { policyHeader, type PolicyBook } from '../../policies/policy-book.ts';
import { onceOf } from '../../routes/loaded-later.ts';
import type { ApiReply, ApiRequest, Operation } from '../../routes/operation.ts';
import { functionsPath } from '../context.ts';
import type { LambdaContext } from '../context.ts';
import { unqualified } from '../executions/functions.ts';
import { durableName, notDurable } from '../executions/not-durable.ts';
import { invocationTarget, resolveFunction, type InvocationTarget } from '../find-function.ts';
import { checkNotDenied, permittedFunction } from '../policy/invocation-access.ts';
import { givenKey, idempotencyKeyHeader, repeatedHeaders } from './idempotency-key.ts';
import { invokeOnce, invokeReply } from './invoke-reply.ts';

/**
 * The operation that runs functions, beside the one that streams their answers (`streaming/`). In this room, it hands an invocation to the
 * worker manager and waits for it (`invoke-reply.ts` makes the answer), or, of type `Event`, leaves it to
 * `src/events/async`, which does so later. `idempotency-key.ts` is the header that makes a repeated request the first; `event-targets.ts` finds functions
 * for events that are run later.
 */
export function invoke(context: LambdaContext): Operation {
  const { store, workerManager, events } = context;
  const durable = onceOf(async (own) => {
    const [{ invokeDurable }, { executions }] = await Promise.all([
      import('../executions/invoke-durable.ts'),
      own.open(),
    ]);
    return { invokeDurable, executions };
  });
  return {
    name: 'InvokeFunction',
    method: 'POST',
    path: `${functionsPath}/:functionName/invocations`,
    bodyBytesMax: limits.payloadBytesMax,
    home: async (request) => await homeOfInvocation(store, request),
    async run(request) {
      const target = await invocationTarget(context, permittedFunction(store.settings, request));
      checkNotDenied(store.settings, target, request.scope);
      const fn = target.function;
      const invocation = readInvocation(request, target, context.policies);
      const type = invocationType(request);
      // What is run later is looked at then; of a durable function, now.
      if (type === 'RequestResponse' || (type === 'Event' && fn.durable !== undefined))
        events.loops.check(fn, invocation.traceHeader);
      if (fn.durable !== undefined) {
        if (invocation.policy !== undefined) throw boundExecution();
        // What is refused anyway is not led to a home first, and this host may be none.
        if (target.ref.qualifier === undefined) throw unqualified();
        const { invokeDurable, executions } = await durable(events.of(fn.account));
        return await invokeDurable({ executions, workerManager }, request, target, invocation, type);
      }
      if (request.header(durableName) !== undefined) throw notDurable();
      if (type === 'DryRun') return { status: 204 };
      const key = givenKey(request, target.ref, invocation, type);
      if (type === 'Event')
        return await acceptEvent(invocation, target, (await events.of(fn.account).open()).async, key);
      const withLog = request.header('x-amz-log-type') === 'Tail';
      if (key !== undefined)
        return await invokeOnce(
          (await events.of(fn.account).open()).keyedCalls,
          key,
          invocation.requestId,
          async (signal) => invokeReply(await workerManager.invoke(invocation, signal), fn, withLog),
        );
      const outcome = await workerManager.invoke(invocation, request.gone());
      return invokeReply(outcome, fn, withLog);
    },
  };
}

/** What is waited for without a key touches nothing that is kept, and runs anywhere; but for durable functions, which are only called by a qualifier. */
async function homeOfInvocation(store: LambdaContext['store'], request: ApiRequest): Promise<string | undefined> {
  try {
    const ref = permittedFunction(store.settings, request);
    const isKept = request.header(idempotencyKeyHeader) !== undefined || invocationType(request) === 'Event';
    if (isKept) return ref.account;
    if (ref.qualifier === undefined) return undefined;
    const { record } = await resolveFunction(store, ref);
    return servingVersion(record).durable === undefined ? undefined : ref.account;
  } catch (error) {
    // Whoever does it says what is wrong with it.
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

/** What a request asks to be run. Throws for what is no JSON, and for a policy that there is not. */
export function readInvocation(
  request: ApiRequest,
  { function: fn, invokedArn }: InvocationTarget,
  policies: PolicyBook,
): Invocation {
  const { body, requestId, receivedAt } = request;
  if (body.length > 0) parseJson(body);
  const clientContext = readClientContext(request.header('x-amz-client-context'));
  const tenantId = tenantOf(fn, request.header('x-amz-tenant-id'));
  const traceparent = request.header('traceparent');
  const traceHeader = joinedTraceHeader(request.header('x-amzn-trace-id'), traceparent);
  const traceState = traceparent === undefined ? undefined : traceStateOf(request.header('tracestate'));
  const calledBy = request.caller();
  const policy = request.header(policyHeader);
  return {
    function: fn,
    requestId,
    // As AWS has it: no payload at all is an empty object.
    payload: body.length > 0 ? body : Buffer.from('{}'),
    receivedAt,
    ...(invokedArn !== fn.arn && { invokedArn }),
    ...(clientContext !== undefined && { clientContext }),
    ...(tenantId !== undefined && { tenantId }),
    ...(traceHeader !== undefined && { traceHeader }),
    ...(traceState !== undefined && { traceState }),
    ...(calledBy !== undefined && { calledBy }),
    ...(policy !== undefined && { policy: policies.requested(request.scope.account, policy) }),
  };
}

/** Its later invocations would not know of it. */
function boundExecution(): ApiError {
  return new ApiError(
    'InvalidParameterValueException',
    `An execution of a durable function outlives its request: leave out ${policyHeader}, and give the function a policy (tag heddle:policy).`,
  );
}

function invocationType(request: ApiRequest): 'RequestResponse' | 'Event' | 'DryRun' {
  const type = request.header('x-amz-invocation-type') ?? 'RequestResponse';
  if (type === 'RequestResponse' || type === 'Event' || type === 'DryRun') return type;
  checkPattern('invocationType', type, 'RequestResponse|Event|DryRun');
  return 'RequestResponse';
}

const nothing = new Uint8Array();

async function acceptEvent(
  invocation: Invocation,
  { ref }: InvocationTarget,
  events: AsyncEvents,
  key: GivenKey | undefined,
): Promise<ApiReply> {
  if (invocation.payload.length > limits.eventPayloadBytesMax)
    throw new ApiError(
      'RequestTooLargeException',
      `Request must be smaller than ${limits.eventPayloadBytesMax} bytes for the InvokeFunction operation`,
    );
  const { function: fn, requestId, payload, clientContext, tenantId, traceHeader, policy } = invocation;
  const first = await events.accept({
    account: fn.account,
    functionName: fn.name,
    requestId,
    payload,
    ...(ref.qualifier !== undefined && { qualifier: ref.qualifier }),
    ...(clientContext !== undefined && { clientContext }),
    ...(tenantId !== undefined && { tenantId }),
    ...(traceHeader !== undefined && { traceHeader }),
    ...(policy !== undefined && { policy }),
    ...(key !== undefined && { key }),
  });
  // Nothing has been executed yet, so that no version is named.
  const { requestId: ofRequest, repeated } = first;
  if (!repeated) invocation.calledBy?.calls(calledAs(fn, invocation.invokedArn), 'event')?.();
  const accepted = { status: 202, body: nothing };
  return repeated ? { ...accepted, headers: repeatedHeaders, requestId: ofRequest } : accepted;
}
