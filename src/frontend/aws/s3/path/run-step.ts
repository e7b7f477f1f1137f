import { randomUUID } from 'node:crypto';
import { functionRef } from '../../../../api/function-ref.ts';
import { tenantOf } from '../../../../api/tenancy.ts';
import type { StoredObject } from '../../../../objects/contract.ts';
import { ObjectError } from '../../../../objects/errors.ts';
import { callerOn } from '../../../../model/invocations/caller.ts';
import type { Invocation, InvocationOutcome } from '../../../../model/invocations/invocation.ts';
import { givenHeader } from '../../../../model/invocations/trace-context.ts';
import { connectionGone } from '../../../http/connection-gone.ts';
import { invocationTarget } from '../../../lambda/find-function.ts';
import { checkNotDenied } from '../../../lambda/policy/invocation-access.ts';
import type { S3Call } from '../context.ts';
import { pathEvent } from './event.ts';
import type { InputSource } from './input.ts';
import { StepOutput, type Written } from './output.ts';
import type { PathKind, PathStep } from './settings.ts';

/** One function of a path, and what goes into it. */
export interface StepRun {
  readonly call: S3Call;
  readonly kind: PathKind;
  readonly step: PathStep;
  readonly input: InputSource;
  readonly object?: Partial<StoredObject>;
  /** Ends it, wherever it is. */
  readonly cancel: AbortSignal;
}

/** How long after a function has ended its output may still be under way. */
const lateMsMax = 10_000;

/** Runs a function that writes what comes out of it; gives where that arrives. */
export async function runWriting(run: StepRun): Promise<StepOutput> {
  const output = new StepOutput();
  const { ended } = await begin(run, output);
  const { clock } = run.call.context.frontend;
  let written: Written | undefined;
  output.written.then(
    (value) => (written = value),
    () => undefined,
  );
  void ended.then(
    ({ result }) => {
      output.fail(result.ok ? notWritten(run.step) : failed(run.step, result.payload));
      // What a failed function wrote before is not all; one that has ended well may have written to the end just now.
      if (!result.ok) written?.abandon();
      else clock.timer(lateMsMax, () => written?.abandon());
    },
    (error: unknown) => {
      output.fail(error);
      written?.abandon();
    },
  );
  return output;
}

/** Runs a function that answers with a document; gives that. Throws LambdaRuntimeError, LambdaTimeout, LambdaResponseNotReceived. */
export async function runAnswering(run: StepRun): Promise<Readonly<Record<string, unknown>>> {
  const { ended } = await begin(run, new StepOutput());
  const { result } = await ended;
  if (!result.ok) throw failed(run.step, result.payload);
  const answer: unknown = JSON.parse(Buffer.from(result.payload).toString() || 'null');
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) throw notWritten(run.step);
  return { ...answer };
}

async function begin(
  { call, kind, step, input, object, cancel }: StepRun,
  output: StepOutput,
): Promise<{ readonly ended: Promise<InvocationOutcome> }> {
  const { context, account, request, headers, receivedAt } = call;
  const { frontend, tickets, loops } = context;
  const scope = { account, region: frontend.settings.region };
  const ref = functionRef(step.function, scope);
  if (ref.account !== account)
    throw new ObjectError(
      'AccessDenied',
      `Objects go through functions of their own account only, not ${step.function}.`,
    );
  const target = await invocationTarget(frontend, ref);
  checkNotDenied(frontend.store.settings, target, scope);
  tenantOf(target.function, undefined);
  const traceHeader = givenHeader(headers['x-amzn-trace-id']);
  const calledBy = callerOn(request.socket);
  loops.check(target.function, traceHeader);
  const ticket = tickets.issue(account, input, output);
  const invocation: Invocation = {
    function: target.function,
    requestId: randomUUID(),
    payload: Buffer.from(JSON.stringify(pathEvent(call, kind, step, ticket, object))),
    receivedAt,
    cancel,
    ...(ref.qualifier !== undefined && { invokedArn: target.invokedArn }),
    cause: 'objects' as const,
    ...(traceHeader !== undefined && { traceHeader }),
    ...(calledBy !== undefined && { calledBy }),
  };
  const ended = frontend.workerManager.invoke(invocation, AbortSignal.any([cancel, connectionGone(request.socket)]));
  const over = (): void => tickets.end(ticket);
  ended.then(over, over);
  return { ended };
}

function failed({ function: name }: PathStep, payload: Uint8Array): ObjectError {
  let [type, message] = ['', ''];
  try {
    const said: unknown = JSON.parse(Buffer.from(payload).toString());
    if (typeof said === 'object' && said !== null)
      [type, message] = [String(Reflect.get(said, 'errorType') ?? ''), String(Reflect.get(said, 'errorMessage') ?? '')];
  } catch {
    message = 'it said nothing that could be read';
  }
  if (type === 'Sandbox.Timedout')
    return new ObjectError(
      'LambdaTimeout',
      `The function ${name} that this object goes through took too long: ${message.slice(0, 300)}`,
    );
  return new ObjectError(
    'LambdaRuntimeError',
    `The function ${name} that this object goes through failed: ${type.slice(0, 80)}: ${message.slice(0, 300)}`,
  );
}

function notWritten({ function: name }: PathStep): ObjectError {
  return new ObjectError(
    'LambdaResponseNotReceived',
    `The function ${name} that this object goes through ended without an answer: it has to call WriteGetObjectResponse, or write to the address that it was given.`,
  );
}
