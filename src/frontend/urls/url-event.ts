import { isUtf8 } from 'node:buffer';

/** Who signed a request to a URL. */
export interface UrlCaller {
  readonly accessKeyId: string;
  readonly account: string;
}

/** A request to a URL, as far as its function is told of it. */
export interface UrlRequest {
  readonly urlId: string;
  readonly method: string;
  readonly rawPath: string;
  readonly rawQuery: string;
  /** By names in small letters; a list where there may be several of a name, each value as it came. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
  /** `1.1`. */
  readonly httpVersion: string;
  readonly requestId: string;
  /** `Root=1-…`. */
  readonly trace: string;
  /** The peer's address, and the port that it came to. */
  readonly sourceIp: string;
  readonly port: number;
  /** When it came, milliseconds since the Unix epoch. */
  readonly wallMs: number;
  /** Absent where nobody had to sign. */
  readonly caller?: UrlCaller;
}

/** They are between two neighbours on the way, and not from who asked. */
const hopHeaders = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/**
 * The event that a function gets for a request to its URL: payload format 2.0.
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
 *
 * What that page leaves open is as AWS does it: `cookie` stays among the headers, what was not sent is absent and not null, and `rawPath` and
 * `rawQueryString` are what was sent, even where that is no valid encoding.
 */
export function urlEvent(request: UrlRequest): Buffer {
  const { urlId, method, rawPath, rawQuery, headers, body, caller, wallMs } = request;
  const cookies = cookiesOf(headers['cookie']);
  const isBase64Encoded = body.length > 0 && !isText(headers, body);
  const domainName = domainOf(request);
  const event = {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString: rawQuery,
    ...(cookies.length > 0 && { cookies }),
    headers: eventHeaders(request),
    ...(rawQuery !== '' && { queryStringParameters: joinedQuery(rawQuery) }),
    requestContext: {
      accountId: caller?.account ?? 'anonymous',
      apiId: urlId,
      ...(caller !== undefined && { authorizer: authorizer(caller) }),
      domainName,
      domainPrefix: urlId,
      http: {
        method,
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.sourceIp,
        userAgent: joined(headers['user-agent'], ',') ?? '',
      },
      requestId: request.requestId,
      routeKey: '$default',
      stage: '$default',
      time: logTime(wallMs),
      timeEpoch: Math.floor(wallMs),
    },
    ...(body.length > 0 && { body: body.toString(isBase64Encoded ? 'base64' : 'utf8') }),
    isBase64Encoded,
  };
  return Buffer.from(JSON.stringify(event));
}

/** AWS has no ports, and no names without the id. */
function domainOf({ urlId, headers }: UrlRequest): string {
  const host = joined(headers['host'], ',')?.replace(/:\d+$/, '').toLowerCase();
  return host?.startsWith(`${urlId}.`) ? host : `${urlId}.lambda-url.localhost`;
}

function eventHeaders({ headers, body, trace, sourceIp, port }: UrlRequest): Record<string, string> {
  const all: Record<string, string> = {};
  for (const name in headers) {
    const value = joined(headers[name], name === 'cookie' ? '; ' : ',');
    if (value !== undefined && !hopHeaders.has(name)) all[name] = value;
  }
  // Frameworks look at it to see whether there is a body.
  if (body.length > 0) all['content-length'] = String(body.length);
  all['x-amzn-trace-id'] = trace;
  const before = joined(headers['x-forwarded-for'], ', ');
  all['x-forwarded-for'] = before === undefined ? sourceIp : `${before}, ${sourceIp}`;
  all['x-forwarded-proto'] ??= 'http';
  all['x-forwarded-port'] ??= String(port);
  return all;
}

/** Types whose bodies AWS gives as text; a form is not among them. What is no UTF-8 would be lost so, and is given whole. */
const textType = /^(?:text\/[^;]+|application\/(?:json|xml|javascript))\s*(?:;|$)/i;

function isText(headers: UrlRequest['headers'], body: Buffer): boolean {
  return (
    headers['content-encoding'] === undefined &&
    textType.test(joined(headers['content-type'], ',') ?? '') &&
    isUtf8(body)
  );
}

function joined(value: string | readonly string[] | undefined, separator: string): string | undefined {
  return value === undefined || typeof value === 'string' ? value : value.join(separator);
}

function cookiesOf(lines: string | readonly string[] | undefined): readonly string[] {
  if (lines === undefined) return [];
  return [lines]
    .flat()
    .flatMap((line) => line.split(/; */))
    .filter((cookie) => cookie !== '');
}

function joinedQuery(rawQuery: string): Record<string, string> {
  const parameters = new URLSearchParams(rawQuery);
  const values = new Map<string, string>();
  for (const [name, value] of parameters) {
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(values);
}

function authorizer({ accessKeyId, account }: UrlCaller): object {
  return {
    iam: {
      accessKey: accessKeyId,
      accountId: account,
      callerId: account,
      cognitoIdentity: null,
      principalOrgId: null,
      userArn: `arn:aws:iam::${account}:root`,
      userId: account,
    },
  };
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `31/Jan/2026:12:34:56 +0000`, as access logs have it. */
function logTime(wallMs: number): string {
  const text = new Date(wallMs).toISOString();
  return `${text.slice(8, 10)}/${months[Number(text.slice(5, 7)) - 1]}/${text.slice(0, 4)}:${text.slice(11, 19)} +0000`;
}
