import { request as httpRequest, ServerResponse, type ClientRequest, type IncomingMessage } from 'node:http';
import { pipeline, type Duplex } from 'node:stream';
import type { Fillings } from './container-secrets.ts';
import { endToEnd, headerPairs, withoutHeader } from '../../model/http/end-to-end.ts';
import { problemOf } from './heads.ts';
import { OuterConnection } from './outer-connection.ts';
import { paced } from './paced.ts';
import { headBytesMax, type Passing } from './passing.ts';
import { formsOf, redactedHeaders, RedactedBody } from './redact.ts';
import { filled, holds, type FilledHead, type Wanted } from './substitute.ts';

/** Requests on one connection that wait for their answers: hardly anybody sends a second before the first is answered. */
const waitingMax = 16;

/** How one request goes on, and what its answer must not have. */
interface Going {
  readonly head: FilledHead;
  readonly forms: ReturnType<typeof formsOf>;
  readonly fillings: Fillings;
}

/** A connection of code, request by request, and the one to the host that stands for it. */
export class PassedConnection {
  readonly #inner: Duplex;
  readonly #passing: Passing;
  readonly #outer: OuterConnection;
  #waiting = 0;

  /** `inner`: what `plain` goes over. */
  constructor(plain: Duplex, inner: Duplex, passing: Passing) {
    this.#inner = inner;
    this.#passing = passing;
    this.#outer = new OuterConnection(passing, () => {
      // The host hangs up between requests.
      if (this.#waiting === 0) plain.end();
    });
    plain.once('close', () => this.#outer.close());
  }

  /** Puts a line about this connection into the function's log. */
  tell(what: string): void {
    this.#passing.tell(`Secrets: ${this.#passing.name}:${this.#passing.allowed.port}: ${what}.`);
  }

  /** One request, when its head is there. */
  request(request: IncomingMessage, response: ServerResponse): void {
    if (this.#waiting < waitingMax) return this.#guarded(() => this.#request(request, response));
    this.tell(`more than ${waitingMax} requests were sent without waiting for an answer`);
    this.#inner.destroy();
  }

  #request(request: IncomingMessage, response: ServerResponse): void {
    const going = this.#going(request, response);
    if (going === undefined) return;
    this.#waiting += 1;
    response.once('close', () => (this.#waiting -= 1));
    response.sendDate = false;
    const outgoing = this.#send(request, going, endToEnd(going.head.headers));
    response.once('close', () => {
      if (!response.writableFinished) outgoing.destroy();
    });
    outgoing.on('continue', () => response.writeContinue());
    outgoing.on('response', (answer) => this.#guarded(() => this.#answer(answer, response, going)));
    outgoing.on('error', (error) => this.#failed(error, response));
    if (!hasBody(request)) return void outgoing.end();
    // The head does not wait for the body, which may come as slowly as code likes.
    outgoing.flushHeaders();
    const { speed } = this.#passing;
    const failed = (error: Error | null | undefined): void => {
      if (error) outgoing.destroy();
    };
    if (speed === undefined) pipeline(request, outgoing, failed);
    else pipeline(request, paced(speed), outgoing, failed);
  }

  /** A WebSocket: once both sides have agreed it is bytes, in which nothing is put. */
  upgrade(request: IncomingMessage, socket: Duplex, first: Buffer): void {
    this.#guarded(() => this.#upgrade(request, socket, first));
  }

  #upgrade(request: IncomingMessage, socket: Duplex, first: Buffer): void {
    const response = new ServerResponse(request);
    const going = this.#going(request, response, socket);
    if (going === undefined) return;
    this.#waiting += 1;
    const { head, forms } = going;
    // Who was ever sent a secret must not hide it by compressing what he sends back.
    const ends = withoutHeader(endToEnd(head.headers), forms.length === 0 ? '' : 'sec-websocket-extensions');
    const outgoing = this.#send(request, going, [...ends, 'connection', 'Upgrade', 'upgrade', 'websocket']);
    const gone = (): void => void outgoing.destroy();
    socket.once('close', gone);
    outgoing.on('error', () => this.#inner.destroy());
    outgoing.on('response', (answer) => {
      answerOn(response, socket);
      this.#guarded(() => this.#answer(answer, response, going));
    });
    outgoing.on('upgrade', (answer, outer, early) => {
      const lines = headerPairs(redactedHeaders(answer.rawHeaders, forms)).map(([name, text]) => `${name}: ${text}`);
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
      outer.unshift(early);
      socket.unshift(first);
      this.#join(socket, outer, this.#redacting(forms));
    });
    outgoing.end();
  }

  /** Carries bytes both ways, until one side ends. */
  #join(socket: Duplex, outer: Duplex, back: Duplex): void {
    const { speed } = this.#passing;
    const ended = (): void => {
      socket.destroy();
      outer.destroy();
    };
    for (const each of [socket, outer]) each.once('close', ended).once('error', ended);
    (speed === undefined ? socket : socket.pipe(paced(speed))).pipe(outer);
    (speed === undefined ? outer : outer.pipe(paced(speed))).pipe(back).pipe(socket);
  }

  /** What somebody inside or outside says that cannot be said on, costs this connection and nothing else. */
  #guarded(step: () => void): void {
    try {
      step();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      this.tell(`what was said there cannot be passed on (${code})`);
      this.#inner.destroy();
    }
  }

  /** What goes out for a request; undefined where it was answered already. */
  #going(request: IncomingMessage, response: ServerResponse, socket?: Duplex): Going | undefined {
    const { name, allowed, scheme, secrets, clock } = this.#passing;
    const refuse = (status: number, why: string): undefined => {
      if (socket !== undefined) answerOn(response, socket);
      this.#refuse(response, status, why);
    };
    const fillings = secrets.fillings(name, allowed.port);
    const head = { target: request.url ?? '', headers: request.rawHeaders };
    const problem = problemOf(request, { name, port: allowed.port, scheme });
    const asksFor = ({ use, placeholder }: Wanted): boolean => use.value !== undefined || holds(head, placeholder);
    // Where none is asked for, a request is its host's to answer, whatever it is.
    if (problem !== undefined && (problem.always || fillings.fillings.some(asksFor)))
      return refuse(problem.status, problem.why);
    const missing = fillings.missing.find(asksFor);
    if (missing !== undefined) return refuse(502, missing.why);
    const full = problem === undefined ? filled(head, fillings.fillings) : { ...head, put: [], sent: [] };
    if (full.put.length > 0 && !this.#outer.isTrustedBy(fillings.authorities))
      return refuse(502, 'whose certificates are to be trusted has changed since this connection was made');
    this.#outer.authorities ??= fillings.authorities;
    for (const secret of full.put) secrets.used(secret, clock.wall());
    return { head: full, forms: formsOf(fillings.fillings, full.sent), fillings };
  }

  #send(request: IncomingMessage, { head, forms }: Going, headers: readonly string[]): ClientRequest {
    const method = request.method ?? 'GET';
    const framed = hasBody(request) || ['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'].includes(method);
    // Whoever was ever sent a secret must not hide it by compressing what he sends back.
    const plain =
      forms.length === 0 ? headers : [...withoutHeader(headers, 'accept-encoding'), 'accept-encoding', 'identity'];
    return httpRequest({
      method,
      path: head.target,
      headers: [...plain, ...(framed ? [] : ['content-length', '0']), ...chunkedAsCame(request)],
      setHost: false,
      agent: this.#outer.agent,
      maxHeaderSize: headBytesMax,
      insecureHTTPParser: false,
    });
  }

  #answer(answer: IncomingMessage, response: ServerResponse, { forms }: Going): void {
    const headers = endToEnd(redactedHeaders(answer.rawHeaders, forms));
    if (!answer.headers.connection?.toLowerCase().includes('keep-alive') && closes(answer))
      response.shouldKeepAlive = false;
    const [message = ''] = redactedHeaders([answer.statusMessage ?? ''], forms);
    response.writeHead(answer.statusCode ?? 502, message, [...headers]);
    const { speed } = this.#passing;
    const failed = (error: Error | null | undefined): void => {
      if (error) this.#inner.destroy();
    };
    const steps = speed === undefined ? [] : [paced(speed)];
    // Whatever it says of its encoding, which code may have asked it to say.
    const clean = forms.length > 0 ? [this.#redacting(forms)] : [];
    response.flushHeaders();
    pipeline([answer, ...clean, ...steps, response], failed);
  }

  #redacting(forms: Going['forms']): RedactedBody {
    const found = (): void => this.tell('the host sent back a secret that it was sent; the code got asterisks instead');
    return new RedactedBody(
      forms.map(([form]) => form),
      found,
    );
  }

  /** What went wrong outside: to be read by people where they can do something about it, else as without us. */
  #failed(error: Error, response: ServerResponse): void {
    const code = 'code' in error ? String(error.code) : '';
    const distrusted = /CERT|SELF_SIGNED|ISSUER|ALTNAME|UNABLE_TO|SSL|TLS|EPROTO/.test(code);
    if (distrusted && !response.headersSent)
      return this.#refuse(response, 502, `its TLS is not to be trusted (${code}); nothing was sent to it`);
    if (!this.#inner.destroyed) this.#inner.destroy();
  }

  #refuse(response: ServerResponse, status: number, why: string): void {
    this.tell(why);
    const text = `Heddle did not send this request to ${this.#passing.name}: ${why}.\n`;
    const headers = { 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(text) };
    response.writeHead(status, { ...headers, 'heddle-refused': 'secrets', connection: 'close' }).end(text);
  }
}

function answerOn(response: ServerResponse, socket: Duplex): void {
  // An upgraded connection is no server's any more: it ends with this answer.
  response.shouldKeepAlive = false;
  Reflect.apply(Reflect.get(response, 'assignSocket'), response, [socket]);
  response.once('finish', () => socket.end());
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function chunkedAsCame({ headers }: IncomingMessage): readonly string[] {
  return headers['transfer-encoding'] === undefined ? [] : ['transfer-encoding', 'chunked'];
}

function closes({ httpVersionMinor, headers }: IncomingMessage): boolean {
  return httpVersionMinor === 0 || headers.connection?.toLowerCase().includes('close') === true;
}
