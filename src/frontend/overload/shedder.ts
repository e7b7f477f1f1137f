import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { ApiError, errorReply } from '../../api/errors.ts';
import type { Clock } from '../../model/clock.ts';
import { CapacityError } from '../../model/errors.ts';
import { refusalCount } from '../observing/logging-observer.ts';
import { urlTarget } from '../urls/target.ts';
import { longTurns, sheds, turnMsMax } from './overload.ts';

/** What it needs of its surroundings. */
export interface ShedderOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of each request that was sent away. */
  readonly shed: () => void;
  /** Processor time that this thread has had, milliseconds. */
  readonly processorMs?: () => number;
}

const message = 'The service is behind with what it was asked already; try again in a second.';
const retryAfterSeconds = 1;
/** Whatever else is asked is little. */
function isInvocation({ method, url = '', headers }: IncomingMessage): boolean {
  return (method === 'POST' && invocationPath.test(url)) || urlTarget(headers.host, url) !== undefined;
}

const invocationPath = /^\/2015-03-31\/functions\/[^/?]+\/invocations\/?(?:\?|$)/;

/**
 * Sends invocations away while the event loop is behind, before anything is done for them: their body is not read and their
 * signature not checked, because both cost more than the answer. Connections stay open. Gives false, having done nothing,
 * for whatever is to be served. The worker manager refuses by what waits for containers; this is for when not even it is reached in time.
 */
export function shedder(options: ShedderOptions): (request: IncomingMessage, response: ServerResponse) => boolean {
  const { clock, logger, shed } = options;
  const turns = new Turns(clock, options.processorMs ?? threadMs);
  const send = refusal();
  const refused = refusalCount(logger, clock);
  return (request, response) => {
    const late = turns.read();
    if (!late || !isInvocation(request)) return false;
    shed();
    refused(new CapacityError(message, retryAfterSeconds));
    send(response);
    return true;
  };
}

/** What the turns of the event loop are like. */
class Turns {
  readonly #clock: Clock;
  readonly #processorMs: () => number;
  #long = 0;
  #beganAt: number | undefined;
  #requests = 0;
  /** What the processor time was at the end of the last turn that took long by the clock: asking costs a microsecond. */
  #hadMs: number | undefined;

  constructor(clock: Clock, processorMs: () => number) {
    this.#clock = clock;
    this.#processorMs = processorMs;
  }

  /** Called for each request that is read. Gives whether it is one too many. */
  read(): boolean {
    const now = this.#clock.now();
    if (this.#beganAt === undefined) {
      this.#beganAt = now;
      // Immediates run when everything that had arrived was dealt with.
      setImmediate(() => this.#end(now));
    }
    this.#requests += 1;
    return sheds(this.#long, now - this.#beganAt, this.#requests);
  }

  #end(beganAt: number): void {
    const requests = this.#requests;
    this.#beganAt = undefined;
    this.#requests = 0;
    const hadMs = this.#clock.now() - beganAt > turnMsMax ? this.#processorMs() : undefined;
    const busyMs = hadMs === undefined || this.#hadMs === undefined ? 0 : hadMs - this.#hadMs;
    this.#long = longTurns(this.#long, { requests, busyMs });
    this.#hadMs = hadMs;
  }
}

/** The answer, made once but for the request's id. */
function refusal(): (response: ServerResponse) => void {
  const reason = 'ConcurrentInvocationLimitExceeded';
  const answer = errorReply(new ApiError('TooManyRequestsException', message, { retryAfterSeconds, reason }));
  const body = JSON.stringify(answer.body);
  const headers = { 'content-type': 'application/json', 'content-length': String(body.length), ...answer.headers };
  const fixed = Object.entries(headers).flat();
  return (response) => response.writeHead(answer.status, ['x-amzn-requestid', randomUUID(), ...fixed]).end(body);
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
