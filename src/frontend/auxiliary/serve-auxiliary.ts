import { request as httpRequest, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline, Transform } from 'node:stream';
import type { Logger } from 'pino';
import { auxiliaryLimits, type AuxiliaryService } from '../../model/auxiliary/auxiliary-service.ts';
import type { AttestedCaller } from '../../model/auxiliary/caller.ts';
import type { Clock } from '../../model/clock.ts';
import type { Auxiliaries } from './auxiliaries.ts';
import { callerHeaders, ofAnswer, ofRequest } from './auxiliary-headers.ts';
import { mayCall } from './may-call.ts';

/** What requests to auxiliary services are answered with. */
export interface AuxiliaryOptions {
  readonly auxiliaries: Auxiliaries;
  readonly ownAccount: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called when an answer has left. */
  readonly answered: () => void;
}

const path = /^\/aux\/([^/?]*)(\/[^?]*)?(\?.*)?$/;

/** Whether a request is to an auxiliary service. */
export function isForAuxiliary({ url = '' }: IncomingMessage): boolean {
  return url.startsWith('/aux/');
}

/**
 * Passes requests of code on to processes of whoever runs the service, with who calls: that is whose container the connection came from, and nothing that
 * code says. `http://heddle.internal/aux/NAME/…` is `…` there.
 */
export function serveAuxiliary(
  options: AuxiliaryOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { auxiliaries, ownAccount, logger } = options;
  return (request, response) => {
    response.once('close', options.answered);
    const caller = auxiliaries.callerOf(request.socket);
    const [, name = '', rest = '/', query = ''] = path.exec(request.url ?? '') ?? [];
    if (caller === undefined)
      return refuse(
        response,
        403,
        'AccessDeniedException',
        'Auxiliary services are called by code in containers, and by nobody else.',
      );
    const service = auxiliaries.book.get(name);
    // Whoever may not call one is told no more than that.
    if (service === undefined || !mayCall(service, caller, ownAccount)) {
      if (service !== undefined) auxiliaries.counts.refused(name);
      const what = `The function ${caller.function.name} may call no auxiliary service ${JSON.stringify(name.slice(0, 64))}. Whoever runs this service sets it: heddle aux set`;
      return refuse(response, 403, 'AccessDeniedException', what);
    }
    if (leavesBase(service.url, rest))
      return refuse(response, 400, 'InvalidParameterValueException', 'The path has `.` or `..` in it.');
    const over = auxiliaries.counts.over(name, caller.function.account);
    if (over !== undefined) {
      auxiliaries.counts.refused(name);
      return refuse(response, 429, 'TooManyRequestsException', over);
    }
    const end = auxiliaries.counts.begin(name, caller.function.account);
    response.once('close', () => end(response.statusCode >= 500 || !response.writableFinished));
    passOn(options, { request, response, service, caller, target: rest + query }).catch((err: unknown) => {
      logger.error({ err, service: name }, 'A request to an auxiliary service could not be passed on.');
      refuse(response, 500, 'ServiceException', 'The request could not be passed on.');
    });
  };
}

/** Whether a path may lead out of the one that a service's address has: many programs resolve `..`, as it is and encoded. */
function leavesBase(url: string, rest: string): boolean {
  if (url.startsWith('unix:') || new URL(url).pathname === '/') return false;
  const plain = rest.replaceAll(/%2e/gi, '.').replaceAll(/%2f|%5c|\\/gi, '/');
  return plain.split('/').some((part) => /^\.\.?(?:;.*)?$/.test(part));
}

interface Going {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly service: AuxiliaryService;
  readonly caller: AttestedCaller;
  /** Path and query there. */
  readonly target: string;
}

async function passOn({ auxiliaries, clock }: AuxiliaryOptions, going: Going): Promise<void> {
  const { request, response, service, caller, target } = going;
  const attestation = await auxiliaries.attestation();
  const asked = { service: service.name, method: request.method ?? 'GET', path: target };
  const token = await attestation.token(caller, asked, clock.wall());
  if (response.destroyed) return;
  const outgoing = send(going, [...ofRequest(request), ...callerHeaders(caller, token)]);
  const late = clock.timer(service.timeoutMs, () =>
    outgoing.destroy(Object.assign(new Error('No answer in time.'), { code: 'ETIMEDOUT' })),
  );
  response.once('close', () => {
    late[Symbol.dispose]();
    if (!response.writableFinished) outgoing.destroy();
  });
  outgoing.setTimeout(auxiliaryLimits.silenceMsMax, () => outgoing.destroy());
  outgoing.on('response', (answer) => {
    late[Symbol.dispose]();
    try {
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? '', [...ofAnswer(answer)]);
      response.flushHeaders();
      pipeline(answer, response, () => undefined);
    } catch (error) {
      // An answer that cannot be passed on is none.
      outgoing.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  });
  outgoing.on('error', (error) => failed(response, service.name, error));
  pipeline(request, bounded(), outgoing, (error) => {
    if (error instanceof TooLargeError) refuse(response, 413, 'RequestEntityTooLargeException', error.message);
    if (error) outgoing.destroy();
  });
}

function send({ request, service, target }: Going, headers: readonly string[]): ClientRequest {
  const { method } = request;
  const unix = /^unix:(.*)$/.exec(service.url)?.[1];
  if (unix !== undefined)
    return httpRequest({
      socketPath: unix,
      method,
      path: target,
      headers: ['host', service.name, ...headers],
      setHost: false,
    });
  const { protocol, hostname, port, host, pathname } = new URL(service.url);
  const ask = protocol === 'https:' ? httpsRequest : httpRequest;
  const where = { host: hostname.replace(/^\[(.*)\]$/, '$1'), port, path: pathname.replace(/\/$/, '') + target };
  return ask({ ...where, method, headers: ['host', host, ...headers], setHost: false });
}

class TooLargeError extends Error {}

function bounded(): Transform {
  const { requestBytesMax } = auxiliaryLimits;
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes <= requestBytesMax) done(null, chunk);
      else done(new TooLargeError(`A request to an auxiliary service has at most ${requestBytesMax} bytes.`));
    },
  });
}

function failed(response: ServerResponse, name: string, error: Error): void {
  const code = 'code' in error ? String(error.code) : error.name;
  if (code === 'ETIMEDOUT')
    return refuse(response, 504, 'ServiceException', `The auxiliary service ${name} has not answered in time.`);
  // Where it is, is nothing for code to know.
  refuse(response, 502, 'ServiceException', `The auxiliary service ${name} cannot be reached, or broke off (${code}).`);
}

function refuse(response: ServerResponse, status: number, type: string, message: string): void {
  if (response.headersSent) return void response.destroy();
  const body = JSON.stringify({ Type: 'User', message });
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-amzn-errortype': type,
  };
  response.writeHead(status, { ...headers, 'heddle-refused': 'auxiliary', connection: 'close' }).end(body);
}
