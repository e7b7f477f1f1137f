// AWS Lambda's format of answers whose content type is `preludeContentType` (src/model/invocations/answer-stream.ts): JSON of status, headers and cookies, eight zero
// bytes, the body.

/** Longest prelude that is read: far more than HTTP clients take for headers. */
export const preludeBytesMax = 131_072;

const delimiter = Buffer.alloc(8);

/** What a function says of its HTTP answer before the body, as `awslambda.HttpResponseStream.from` writes it. */
export interface Prelude {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
}

/** A prelude, and where the body begins. */
export interface ParsedPrelude {
  readonly prelude: Prelude;
  readonly bodyAt: number;
}

/** What a function has sent is no prelude: the message says what is wrong with it. */
export class PreludeError extends Error {
  override readonly name = 'PreludeError';
}

/**
 * Reads the prelude at the beginning of an answer. `bytes` is all that came until now; undefined where the prelude is not whole yet. Throws
 * PreludeError for what is none: without an end in the first {@link preludeBytesMax} bytes, not JSON, or with members of the wrong type. What has
 * a value but is no text in `headers` becomes text.
 */
export function parsePrelude(bytes: Uint8Array): ParsedPrelude | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = buffer.subarray(0, preludeBytesMax + delimiter.length).indexOf(delimiter);
  if (end === -1 && buffer.length < preludeBytesMax + delimiter.length) return undefined;
  if (end === -1) throw new PreludeError(`The prelude has no end within ${preludeBytesMax} bytes.`);
  return { prelude: preludeOf(buffer.toString('utf8', 0, end)), bodyAt: end + delimiter.length };
}

/**
 * Reads the prelude off an answer's parts, and gives those of the body. Undefined where they ended before the prelude was whole; throws as
 * {@link parsePrelude}.
 */
export async function splitPrelude(
  parts: AsyncIterable<Uint8Array>,
): Promise<{ readonly prelude: Prelude; readonly body: AsyncIterableIterator<Uint8Array> } | undefined> {
  const iterator = parts[Symbol.asyncIterator]();
  const all: Uint8Array[] = [];
  let bytes = 0;
  let end = Buffer.alloc(0);
  for (;;) {
    const { done, value } = await iterator.next();
    if (done === true) return undefined;
    all.push(value);
    bytes += value.length;
    // Code that writes it byte by byte is not to have all of it looked through for each.
    end = Buffer.concat([end, value]);
    if (!end.includes(delimiter) && bytes < preludeBytesMax + delimiter.length) {
      end = end.subarray(-(delimiter.length - 1));
      continue;
    }
    const seen = Buffer.concat(all);
    const parsed = parsePrelude(seen);
    if (parsed !== undefined)
      return { prelude: parsed.prelude, body: withFirst(seen.subarray(parsed.bodyAt), iterator) };
  }
}

/** Not a generator: `return` must take effect while a `next` waits. */
function withFirst(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncIterableIterator<Uint8Array> {
  let begun = first.length === 0;
  return {
    next: () => {
      if (begun) return rest.next();
      begun = true;
      return Promise.resolve({ done: false, value: first });
    },
    return: async () => (await rest.return?.()) ?? { done: true, value: undefined },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function preludeOf(json: string): Prelude {
  const value = valueOf(json);
  if (!isRecord(value)) throw new PreludeError('The prelude is no JSON object.');
  const { statusCode, headers = {}, cookies = [] } = value;
  if (statusCode !== undefined && !isStatus(statusCode))
    throw new PreludeError('`statusCode` of the prelude is no number from 100 to 999.');
  if (!isRecord(headers)) throw new PreludeError('`headers` of the prelude is no object.');
  if (!Array.isArray(cookies) || !cookies.every((cookie): cookie is string => typeof cookie === 'string'))
    throw new PreludeError('`cookies` of the prelude is no list of texts.');
  const texts = Object.entries(headers).flatMap(([name, header]) =>
    header === null || header === undefined
      ? []
      : [[name, typeof header === 'string' ? header : JSON.stringify(header)] as const],
  );
  return {
    ...(statusCode !== undefined && { statusCode }),
    headers: Object.fromEntries(texts),
    cookies,
  };
}

function valueOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new PreludeError('The prelude is no JSON.', { cause });
  }
}

function isStatus(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 100 && value <= 999;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
