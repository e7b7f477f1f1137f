import { ApiError } from '../../api/errors.ts';

/** What a request says of its own signature (AWS Signature Version 4), in its header or, presigned, in its query. */
export interface SignatureClaim {
  readonly accessKeyId: string;
  /** `20260131`, and the rest of the credential's scope. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  /** `20260131T123456Z`. */
  readonly amzDate: string;
  /** Lower case, in the order in which they were signed. */
  readonly signedHeaders: readonly string[];
  /** Hexadecimal. */
  readonly signature: string;
  /** Presigned requests say how long they hold. */
  readonly expiresSeconds?: number;
}

/** A request as far as a signature covers it, the body apart. */
export interface SignedRequest {
  readonly method: string;
  /** As it was sent: percent-encoded, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

const algorithm = 'AWS4-HMAC-SHA256';
const stamp = /^\d{8}T\d{6}Z$/;
/** More than any client signs. */
const signedHeadersMax = 64;

/** Reads the claim; nothing is checked yet but its form. Throws MissingAuthenticationTokenException and the like. */
export function signatureClaim(request: SignedRequest): SignatureClaim {
  const { authorization } = request.headers;
  if (typeof authorization === 'string') return fromHeader(authorization, request);
  if (request.query['X-Amz-Signature'] !== undefined) return fromQuery(request);
  throw new ApiError('MissingAuthenticationTokenException', 'Missing Authentication Token');
}

/** The header as every client we know writes it. Others are read slower, and refused with a reason. */
const usual =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/([^/,\s]+)\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/;

function fromHeader(authorization: string, { headers }: SignedRequest): SignatureClaim {
  const [, accessKeyId, date, region, service, names, signature] = usual.exec(authorization) ?? [];
  const amzDate = headers['x-amz-date'];
  if (
    accessKeyId &&
    date &&
    region &&
    service &&
    names &&
    signature &&
    typeof amzDate === 'string' &&
    stamp.test(amzDate)
  ) {
    const signedHeaders = names.split(';');
    if (signedHeaders.length <= signedHeadersMax)
      return { accessKeyId, date, region, service, amzDate, signedHeaders, signature };
  }
  if (!authorization.startsWith(`${algorithm} `))
    throw incomplete(`Authorization must be signed with ${algorithm}. Authorization header is of another kind.`);
  const parts: Record<string, string> = {};
  for (const part of authorization.slice(algorithm.length + 1).split(',')) {
    const at = part.indexOf('=');
    if (at > 0) parts[part.slice(0, at).trim()] = part.slice(at + 1).trim();
  }
  return claim(parts, single(headers['x-amz-date']), 'Authorization header');
}

function fromQuery({ query }: SignedRequest): SignatureClaim {
  const parameter = (name: string): string | undefined => single(query[`X-Amz-${name}`]);
  if (parameter('Algorithm') !== algorithm) throw incomplete(`X-Amz-Algorithm must be ${algorithm}.`);
  const expiresSeconds = Number(parameter('Expires') ?? Number.NaN);
  if (!Number.isInteger(expiresSeconds) || expiresSeconds < 1 || expiresSeconds > 604_800)
    throw incomplete('X-Amz-Expires must be a number of seconds between 1 and 604800.');
  const parts = {
    Credential: parameter('Credential') ?? '',
    SignedHeaders: parameter('SignedHeaders') ?? '',
    Signature: parameter('Signature') ?? '',
  };
  return { ...claim(parts, parameter('Date'), 'Query string'), expiresSeconds };
}

function claim(parts: Readonly<Record<string, string>>, amzDate: string | undefined, where: string): SignatureClaim {
  for (const name of ['Credential', 'SignedHeaders', 'Signature'])
    if (!parts[name]) throw incomplete(`${where} requires '${name}' parameter.`);
  if (amzDate === undefined || !stamp.test(amzDate))
    throw incomplete(`${where} requires existence of a 'X-Amz-Date' in the form 20260131T123456Z.`);
  const [accessKeyId, date, region, service, terminator, ...rest] = (parts['Credential'] ?? '').split('/');
  if (!accessKeyId || !date || !region || !service || terminator !== 'aws4_request' || rest.length > 0)
    throw incomplete(`Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.`);
  const signedHeaders = (parts['SignedHeaders'] ?? '').split(';');
  if (signedHeaders.length > signedHeadersMax) throw incomplete(`At most ${signedHeadersMax} headers may be signed.`);
  return { accessKeyId, date, region, service, amzDate, signedHeaders, signature: parts['Signature'] ?? '' };
}

function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function incomplete(message: string): ApiError {
  return new ApiError('IncompleteSignatureException', message);
}
