import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { Shape } from './shape.ts';

/** The service answered, with an error. `type` is AWS's name of it, such as `ResourceNotFoundException`. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly status: number;
  readonly type: string;
  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}

/** A header of an answer; '' where it is missing. */
export function header(response: IncomingMessage, name: string): string {
  const value = response.headers[name] ?? '';
  return Array.isArray(value) ? value.join(', ') : value;
}

/** The error that an answer above 299 means; its body is read. */
export async function serviceError(response: IncomingMessage): Promise<ServiceError> {
  const text = (await buffer(response)).toString('utf8');
  let message = text;
  let inBody = '';
  try {
    const shape = new Shape(JSON.parse(text), 'error');
    message = shape.text('Message') || shape.text('message') || text;
    inBody = shape.text('__type').split('#').at(-1) ?? '';
  } catch {
    // Not JSON: what it said stands as it is.
  }
  const status = response.statusCode ?? 0;
  const type = header(response, 'x-amzn-errortype').split(':')[0] || inBody || `HTTP ${status}`;
  return new ServiceError(status, type, message || `The service answered ${status} and nothing more.`);
}
