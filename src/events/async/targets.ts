import type { FunctionVersion } from '../../model/functions/function.ts';
import type { EventRules } from './rules.ts';

/** What a function and a qualifier mean now: looked up whenever an event is run, so that an alias leads where it leads then. */
export interface EventTargets {
  /**
   * What is to be run. Throws ApiError where there is no such function, version or alias, it cannot run now, or by `traceHeader` goes on with a loop
   * (RecursiveInvocationException).
   */
  target(
    account: string,
    functionName: string,
    qualifier: string | undefined,
    traceHeader: string | undefined,
  ): Promise<EventTarget>;
  /** Undefined where the function is not there any more. */
  rules(account: string, functionName: string, qualifier: string | undefined): Promise<EventRules | undefined>;
}

export interface EventTarget {
  readonly function: FunctionVersion;
  /** The ARN as it was called by. */
  readonly invokedArn: string;
}
