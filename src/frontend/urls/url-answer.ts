/** An answer of a function as an HTTP answer. */
export interface UrlAnswer {
  readonly status: number;
  /** Names as the function wrote them, and values, in turns of two. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** The body of what went wrong, whatever it was: what code says of its failures is not for who calls its URL. */
export const badGateway: UrlAnswer = {
  status: 502,
  headers: [['content-type', 'application/json']],
  body: Buffer.from('Internal Server Error'),
};

const jsonType = ['content-type', 'application/json'] as const;

/** Name and value of a header line; a value may have what old clients send. https://www.rfc-editor.org/rfc/rfc9110#section-5 */
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;
/** They are the service's business: how long an answer is and what becomes of the connection. */
const ownHeaders =
  /^(?:connection|content-length|date|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|x-amzn-requestid|x-amzn-trace-id|x-heddle-.*)$/i;
/** Of one answer, and bytes of all its header lines. */
const headersMax = 200;
const headersBytesMax = 65_536;

/**
 * The HTTP answer that a function's result stands for: an object with `statusCode` says all of it; anything else is the body of a 200, a text
 * without its quotes. {@link badGateway} for an object of that kind that is none. Scalars are taken for texts and texts for numbers where the others are meant, as AWS takes them.
 */
export function urlAnswer(payload: Uint8Array): UrlAnswer {
  let value: unknown;
  try {
    value = payload.length === 0 ? '' : JSON.parse(Buffer.from(payload).toString());
  } catch {
    // A program that brings its own runtime may answer with whatever it likes.
    return { status: 200, headers: [jsonType], body: payload };
  }
  if (typeof value === 'string') return { status: 200, headers: [jsonType], body: Buffer.from(value) };
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !('statusCode' in value))
    return { status: 200, headers: [jsonType], body: payload };
  const head = answerHead(value);
  const body = head && answerBody(value);
  return head === undefined || body === undefined ? badGateway : { ...head, body };
}

/** Status and header lines of an object with `statusCode`, `headers` and `cookies`; undefined where it is malformed. */
export function answerHead(value: object): Pick<UrlAnswer, 'status' | 'headers'> | undefined {
  const status = Number(Reflect.get(value, 'statusCode') ?? 200);
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined;
  const headers = entriesOf(Reflect.get(value, 'headers'));
  const cookies: unknown = Reflect.get(value, 'cookies') ?? [];
  if (headers === undefined || !Array.isArray(cookies)) return undefined;
  const all = [...headers, ...cookies.map((cookie: unknown) => ['set-cookie', cookie] as const)];
  const lines: [string, string][] = [];
  let bytes = 0;
  for (const [name, given] of all) {
    if (given === null) continue;
    const text = scalarText(given);
    if (text === undefined || !headerName.test(name) || !headerValue.test(text)) return undefined;
    bytes += name.length + text.length;
    if (lines.length >= headersMax || bytes > headersBytesMax) return undefined;
    if (!ownHeaders.test(name)) lines.push([name, text]);
  }
  if (!lines.some(([name]) => name.toLowerCase() === 'content-type')) lines.push([...jsonType]);
  return { status, headers: lines };
}

function entriesOf(headers: unknown): readonly (readonly [string, unknown])[] | undefined {
  if (headers === undefined || headers === null) return [];
  return typeof headers === 'object' && !Array.isArray(headers) ? Object.entries(headers) : undefined;
}

function answerBody(value: object): Uint8Array | undefined {
  const text = scalarText(Reflect.get(value, 'body') ?? '');
  const encoded: unknown = Reflect.get(value, 'isBase64Encoded') ?? false;
  if (text === undefined) return undefined;
  if (encoded === false || encoded === 'false') return Buffer.from(text);
  if (encoded !== true && encoded !== 'true') return undefined;
  return /^[A-Za-z0-9+/\r\n]*={0,2}[\r\n]*$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}

function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
