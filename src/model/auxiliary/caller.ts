import type { FunctionVersion } from '../functions/function.ts';

/** The invocation that runs in a container now; one after the other. */
export interface RunningInvocation {
  readonly requestId: string;
  /** X-Ray's tracing header. */
  readonly traceId?: string;
}

/** What the service knows of who has made a connection to it from inside: whose container it is, which code cannot change. */
export interface AttestedCaller {
  readonly function: Pick<FunctionVersion, 'account' | 'name' | 'version' | 'arn'>;
  readonly tenantId?: string;
  readonly container: string;
  /** What runs there at that moment; undefined between invocations. */
  readonly invocation: () => RunningInvocation | undefined;
}

/** Where a container's code runs. */
export type CallerPlace = Pick<AttestedCaller, 'container' | 'invocation'>;
