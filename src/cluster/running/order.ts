import { ProtocolError } from '../../model/errors.ts';
import type { Invocation } from '../../model/invocations/invocation.ts';
import type { SecurityPolicy } from '../../model/policies/security-policy.ts';
import { fieldsOf } from '../fields.ts';

/** By what an invocation is begun on another host. */
export const runMethod = 'running.invoke';

/** What of an invocation goes to the host that is to run it as it is. */
type Passed = Pick<
  Invocation,
  | 'requestId'
  | 'payload'
  | 'invokedArn'
  | 'clientContext'
  | 'tenantId'
  | 'traceHeader'
  | 'traceState'
  | 'policy'
  | 'nested'
  | 'ofService'
  | 'loadMax'
>;

/** An invocation as it goes to the host that is to run it. */
export interface RunOrder extends Passed {
  /** The name of its function version, and that, where the other host may not know it. */
  readonly function: string;
  readonly version?: Uint8Array;
  /** How long ago its request was received, ms. */
  readonly spentMs: number;
  /** Somebody watches it, as a thread; or takes its answer part by part. */
  readonly watched: boolean;
  readonly answered: boolean;
  /** It may be ended, whatever it does. */
  readonly cancellable: boolean;
}

/** What of an invocation is there only where it has some. */
const optional = [
  'invokedArn',
  'clientContext',
  'tenantId',
  'traceHeader',
  'traceState',
  'policy',
  'loadMax',
] as const satisfies readonly (keyof Passed)[];

/** That, and nothing else that an invocation has, or another host has sent with an order. */
export function passedOf(call: Passed): Passed {
  const passed: { -readonly [K in keyof Passed]: Passed[K] } = { requestId: call.requestId, payload: call.payload };
  for (const name of optional) if (call[name] !== undefined) Object.assign(passed, { [name]: call[name] });
  if (call.nested === true) passed.nested = true;
  if (call.ofService === true) passed.ofService = true;
  return passed;
}

/** Throws ProtocolError for what is none. */
export function parseOrder(value: unknown): RunOrder {
  const fields = fieldsOf(value);
  if (!isOrder(fields)) throw new ProtocolError('Another host sent an invocation that is none.');
  return fields;
}

function isOrder(fields: object): fields is RunOrder {
  const order: { readonly [K in keyof RunOrder]?: unknown } = fields;
  const texts = [order.invokedArn, order.clientContext, order.tenantId, order.traceHeader, order.traceState];
  return (
    typeof order.function === 'string' &&
    typeof order.requestId === 'string' &&
    order.payload instanceof Uint8Array &&
    (order.version === undefined || order.version instanceof Uint8Array) &&
    typeof order.spentMs === 'number' &&
    order.spentMs >= 0 &&
    typeof order.watched === 'boolean' &&
    typeof order.answered === 'boolean' &&
    typeof order.cancellable === 'boolean' &&
    (order.loadMax === undefined || typeof order.loadMax === 'number') &&
    texts.every((text) => text === undefined || typeof text === 'string') &&
    isPolicy(order.policy) &&
    [order.nested, order.ofService].every((flag) => flag === undefined || typeof flag === 'boolean')
  );
}

/** What it says was read where it came in. */
function isPolicy(value: unknown): value is SecurityPolicy | undefined {
  return value === undefined || (typeof value === 'object' && value !== null);
}
