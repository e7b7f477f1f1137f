import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';

/** An account's key, kept in this tab only and for as long as that is open. */
export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A request to the service. */
export interface Asked {
  /** GET where it is not said. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Percent-encoded, without a query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly signal?: AbortSignal;
  /** Which of AWS's APIs it is to; Lambda's, or Heddle's own, where it is not said. */
  readonly service?: 'lambda' | 'sqs';
}

/** The service's answer was an error. `message` is its own; `status` and `kind` as it named them. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly status: number;
  readonly kind: string;

  constructor(status: number, kind: string, message: string) {
    super(message);
    this.status = status;
    this.kind = kind;
  }

  /** Whether another key would help. */
  get refused(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

const storageKey = 'heddle-session';

/** What was kept when the tab was loaded anew. */
export function keptSession(): Session | undefined {
  const text = sessionStorage.getItem(storageKey);
  if (text === null) return undefined;
  const kept: unknown = JSON.parse(text);
  const { accessKeyId, secretAccessKey } = Object(kept);
  if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string') return undefined;
  return { accessKeyId, secretAccessKey };
}

/** Keeps it for reloads of this tab; undefined forgets it. */
export function keepSession(session: Session | undefined): void {
  if (session === undefined) sessionStorage.removeItem(storageKey);
  else sessionStorage.setItem(storageKey, JSON.stringify(session));
}

/** How far the service's clock is ahead of this machine's, ms: signatures hold for minutes only. */
let aheadMs = 0;

/**
 * Asks the service, signed with a session's key (AWS Signature Version 4, as SDKs do it). Resolves with its answer, whose body is still to be read, where that is no error. Throws ServiceError where it is, and
 * TypeError where nobody answers.
 */
export async function ask(session: Session, asked: Asked): Promise<Response> {
  const response = await send(session, asked);
  if (response.ok) return response;
  const error = await errorOf(response);
  const theirs = Date.parse(response.headers.get('date') ?? '');
  // A clock that is wrong is no reason not to be let in; one try with theirs.
  if (/expired|not yet current/i.test(error.message) && Math.abs(theirs - Date.now() - aheadMs) > 60_000) {
    aheadMs = theirs - Date.now();
    return await ask(session, asked);
  }
  throw error;
}

async function send(
  session: Session,
  { method = 'GET', path, query = {}, headers, body, signal, service = 'lambda' }: Asked,
): Promise<Response> {
  const region = document.querySelector('meta[name="heddle-region"]')?.getAttribute('content') ?? '';
  const signer = new SignatureV4({ credentials: session, region, service, sha256: Sha256 });
  const signed = await signer.sign(
    new HttpRequest({
      method,
      protocol: location.protocol,
      hostname: location.hostname,
      path,
      query: { ...query },
      headers: { ...headers, host: location.host },
      ...(body !== undefined && { body }),
    }),
    { signingDate: new Date(Date.now() + aheadMs) },
  );
  const { host: _host, ...sent } = signed.headers;
  const search = new URLSearchParams(query).toString();
  return await fetch(`${path}${search === '' ? '' : `?${search}`}`, {
    method,
    headers: sent,
    cache: 'no-store',
    ...(body !== undefined && { body }),
    ...(signal !== undefined && { signal }),
  });
}

async function errorOf(response: Response): Promise<ServiceError> {
  const text = await response.text();
  const kind = response.headers.get('x-amzn-errortype') ?? '';
  return new ServiceError(response.status, kind, messageIn(text) ?? `The service answered ${response.status}.`);
}

function messageIn(text: string): string | undefined {
  try {
    const { message, Message } = Object(JSON.parse(text));
    return [message, Message].find((one) => typeof one === 'string');
  } catch {
    return undefined;
  }
}
