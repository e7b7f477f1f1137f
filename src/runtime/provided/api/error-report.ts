import type { IncomingHttpHeaders } from 'node:http';
import type { FunctionErrorBody } from '../../../protocol/messages.ts';

/** Longest name and message that are looked at, characters; what the caller gets is the whole. */
const textMax = 1_024;
const defaultType = 'Runtime.Unknown';
const typeHeader = 'lambda-runtime-function-error-type';

/** What a runtime reported in `…/error`, by its body and its header `Lambda-Runtime-Function-Error-Type`. */
export function reportedBody(headers: IncomingHttpHeaders, data: Uint8Array): FunctionErrorBody {
  return errorFrom(textOf(headers[typeHeader]), Buffer.from(data).toString());
}

/** An error in the middle of a streamed answer, which its trailers tell; undefined where they tell of none. */
export function trailersError(trailers: NodeJS.Dict<string>): FunctionErrorBody | undefined {
  const type = textOf(trailers[typeHeader]);
  const body = textOf(trailers['lambda-runtime-function-error-body']);
  if (type === undefined && body === undefined) return undefined;
  return errorFrom(type, body === undefined ? '' : Buffer.from(body, 'base64').toString());
}

function errorFrom(type: string | undefined, json: string): FunctionErrorBody {
  const parsed = parse(json);
  if (parsed === undefined) return { errorType: type ?? defaultType, errorMessage: json.slice(0, textMax) };
  const { errorType = type ?? defaultType, errorMessage = '' } = parsed;
  return { errorType: cut(errorType), errorMessage: cut(errorMessage), json };
}

function parse(json: string): { readonly errorType?: unknown; readonly errorMessage?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return undefined;
  }
}

function cut(value: unknown): string {
  return (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).slice(0, textMax);
}

function textOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
