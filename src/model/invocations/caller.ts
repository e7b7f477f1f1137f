import type { FunctionVersion } from '../functions/function.ts';

/** How code had something run: waited for it, left it to be done later, sent a message that it gets, or started a thread. */
export const callKinds = ['call', 'event', 'message', 'thread'] as const;
export type CallKind = (typeof callKinds)[number];

/** What is called, as it was called: an alias stays one. */
export interface Called {
  readonly account: string;
  readonly name: string;
  /** A version or an alias; empty where none was said. */
  readonly qualifier: string;
  /** What that led to, where it is known. */
  readonly function?: FunctionVersion;
}

/**
 * Code in one container, as the service knows it when that calls: by the connection that the call came on, which is the container's own, and not by
 * anything that the call says. Runs come one after the other. None of this throws, or takes longer than to count.
 */
export interface Caller {
  readonly account: string;
  readonly functionName: string;
  /** Where it runs, as the worker manager has it noted there. */
  place?: object;
  /** A run was handed to its container. */
  begin(): void;
  /** Its first line of user code is about to run. */
  started(): void;
  /** Its run is over. What it does until the next begins is nobody's. */
  ended(): void;
  /** It calls this now. Gives what is to be called when that has ended; undefined where nobody wants to know. */
  calls(called: Called, kind: CallKind): (() => void) | undefined;
  /** It connects to a host outside. */
  connects(host: string): void;
}

const callers = new WeakMap<object, Caller>();

/** Whoever asks on this connection is that code, or none: said by who makes the connection, until it says otherwise. */
export function callsFrom(connection: object, caller: Caller | undefined): void {
  if (caller === undefined) callers.delete(connection);
  else callers.set(connection, caller);
}

/** A function as it was called: by its name, or by the name of an alias or version. */
export function calledAs(fn: FunctionVersion, invokedArn?: string): Called {
  const { account, name } = fn;
  // arn:aws:lambda:REGION:ACCOUNT:function:NAME:QUALIFIER
  const qualifier = invokedArn === undefined || invokedArn === fn.arn ? '' : (invokedArn.split(':')[7] ?? '');
  return { account, name, qualifier, function: fn };
}

/** The code that a connection comes from; undefined: it comes from outside. */
export function callerOn(connection: object): Caller | undefined {
  return callers.get(connection);
}
