import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError } from '../../../api/errors.ts';
import { callerOn } from '../../../model/invocations/caller.ts';
import type { AccessKey } from '../../../store/contract.ts';
import { keyOfDay } from '../../auth/signature.ts';
import type { Admitted } from './auth/admit.ts';
import { signsChunks } from './auth/payload.ts';
import type { S3Context } from './context.ts';

// Buckets are at the home of their account, and so are tickets: whichever host a request comes to, it is answered there.

/** What a request is led on by. */
interface Asked {
  readonly frontend: Pick<S3Context['frontend'], 'homes' | 'identityOf'>;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Whether an account's home, another host, has answered it. */
export async function answeredAtHome({ frontend, request, response }: Asked, admitted: Admitted): Promise<boolean> {
  const { homes, identityOf } = frontend;
  if (homes === undefined) return false;
  const { key, claim } = admitted;
  // One that was led here has no secret any more, and is led nowhere.
  const isOwn = identityOf?.(request) === undefined;
  const signingKey = isOwn && signsChunks(admitted) ? keyOfDay(claim, key.secretAccessKey) : undefined;
  return await homes.answeredElsewhere(key.account, { request, response, key, signingKey });
}

/**
 * Leads a request by an address with a ticket that is not known here to where it may be: the home of the account whose code asks. Throws where there is none: nobody is let in
 * by such an address but by its ticket.
 */
export async function leadToTicket({ frontend, request, response }: Asked, accessKeyId: string): Promise<void> {
  const caller = callerOn(request.socket);
  if (caller !== undefined && frontend.identityOf?.(request) === undefined) {
    const key: AccessKey = { accessKeyId, secretAccessKey: '', account: caller.account, createdAt: 0 };
    if ((await frontend.homes?.answeredElsewhere(caller.account, { request, response, key })) === true) return;
  }
  throw new ApiError('UnrecognizedClientException', 'This address was for a function that has ended.');
}
