import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { ApiError, errorReply } from '../api/errors.ts';
import type { Clock } from '../model/clock.ts';
import { CapacityError } from '../model/errors.ts';
import { refusalCount } from './logging-observer.ts';
import { afterTurn, calm, sheds } from './overload.ts';

/** What it needs of its surroundings. */
export interface ShedderOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of each request that was sent away. */
  readonly shed: () => void;
}

const message = 'The service is behind with what it was asked already; try again in a second.';
const retryAfterSeconds = 1;
const invocationPath = /^\/2015-03-31\/functions\/[^/?]+\/invocations\/?(?:\?|$)/;

/**
 * Sends invocations away while the event loop is behind, before anything is done for them: their body is not read and their
 * signature not checked, because both cost more than the answer. Connections stay open. Gives false, having done nothing,
 * for whatever is to be served. The worker manager refuses by what waits for containers; this is for when not even it is reached in time.
 */
export function shedder({
  clock,
  logger,
  shed,
}: ShedderOptions): (request: IncomingMessage, response: ServerResponse) => boolean {
  const answer = errorReply(
    new ApiError('TooManyRequestsException', message, {
      retryAfterSeconds,
      reason: 'ConcurrentInvocationLimitExceeded',
    }),
  );
  const body = JSON.stringify(answer.body);
  const headers = { 'content-type': 'application/json', 'content-length': String(body.length), ...answer.headers };
  const fixed = Object.entries(headers).flat();
  const refused = refusalCount(logger, clock);
  let turns = calm;
  let beganAt: number | undefined;
  // Immediates run when everything that had arrived was dealt with.
  const turnEnds = (): void => {
    if (beganAt !== undefined) turns = afterTurn(turns, beganAt, clock.now());
    beganAt = undefined;
  };
  return ({ method, url = '' }, response) => {
    const now = clock.now();
    if (beganAt === undefined) {
      beganAt = now;
      setImmediate(turnEnds);
    }
    if (!sheds(turns, beganAt, now) || method !== 'POST' || !invocationPath.test(url)) return false;
    shed();
    refused(new CapacityError(message, retryAfterSeconds));
    response.writeHead(answer.status, ['x-amzn-requestid', randomUUID(), ...fixed]).end(body);
    return true;
  };
}
