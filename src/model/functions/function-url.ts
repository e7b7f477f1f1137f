import { randomBytes } from 'node:crypto';

/** Who may call a URL: whoever its policy lets, or of those only who signs. */
export const urlAuthTypes = ['NONE', 'AWS_IAM'] as const;
/** One of {@link urlAuthTypes}. */
export type UrlAuthType = (typeof urlAuthTypes)[number];

/** Whether the answer is sent as one, or as it comes. */
export const invokeModes = ['RESPONSE_STREAM', 'BUFFERED'] as const;
/** One of {@link invokeModes}. */
export type InvokeMode = (typeof invokeModes)[number];

/** Which pages of other origins may call a URL and read its answers. What is left out was not said. */
export interface UrlCors {
  readonly allowCredentials?: boolean;
  readonly allowHeaders?: readonly string[];
  readonly allowMethods?: readonly string[];
  readonly allowOrigins?: readonly string[];
  readonly exposeHeaders?: readonly string[];
  /** Seconds for which a browser may remember the answer to a preflight. */
  readonly maxAge?: number;
}

/** The URL of a function, or of one of its aliases: what the store keeps of it. */
export interface FunctionUrl {
  /** What its host name begins with. */
  readonly urlId: string;
  readonly authType: UrlAuthType;
  readonly cors?: UrlCors;
  readonly invokeMode: InvokeMode;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/**
 * A new one, of which nobody can guess the next: 32 characters of base 32, 160 random bits. Where a URL asks for no signature, this is all that
 * somebody has to know who can reach the service.
 */
export function newUrlId(): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  return Array.from(randomBytes(32), (byte) => alphabet[byte & 31]).join('');
}

/** The URL as a client is told it. `authority`: `localhost:4333`, where the service is reached. */
export function urlText(urlId: string, authority: string): string {
  return `http://${urlId}.lambda-url.${authority}/`;
}
