import type { ApiError } from '../../api/errors.ts';
import type { Caller } from '../../model/invocations/caller.ts';
import type { AccessKey } from '../../store/contract.ts';
import type { SignedService } from '../auth/claim-rules.ts';
import type { ApiReply } from '../routes/operation.ts';

/** A request to another of AWS's APIs than Lambda's, as far as it says which operation is meant. */
export interface AwsRequest {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly path: string;
  readonly body: Buffer;
}

/** The same, from somebody who is known. */
export interface AwsCall extends AwsRequest {
  readonly key: AccessKey;
  readonly region: string;
  readonly requestId: string;
  /** Who asks, where that is code that runs here. */
  readonly caller?: Caller | undefined;
  /** Fires when the client has gone away. */
  gone(): AbortSignal;
}

/**
 * One of AWS's APIs that tools ask beside Lambda's. Their requests go to `/`, those of SQS also to the address of
 * a queue, and are told apart by `which-api.ts`; `mount.ts` checks who sends them.
 */
export interface AwsApi {
  readonly service: SignedService;
  /** Whether an operation asks itself what who has a session may; else none that is not allowed by name. */
  asks?(operation: string): boolean;
  /** Operations that nobody signs. */
  readonly unsigned?: ReadonlySet<string>;
  runUnsigned?(operation: string, request: AwsRequest, requestId: string): Promise<ApiReply>;
  operation(request: AwsRequest): string;
  /** The account whose home has to answer, where there are many hosts; else any can. */
  home?(call: AwsCall): string;
  /** Throws ApiError. */
  run(operation: string, call: AwsCall): Promise<ApiReply>;
  /** An error in the API's own form. */
  refusal(error: ApiError, requestId: string): ApiReply;
}
