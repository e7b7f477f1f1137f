import type { CodeQuota } from '../accounts/stored-code.ts';
import type { FrontendOptions } from '../context.ts';
import type { UrlBook } from '../urls/url-book.ts';
import type { CodeLinks } from './functions/code-links.ts';
import type { Preparation } from './functions/preparation.ts';

/** What the operations of the Lambda API work with. */
export interface LambdaContext extends FrontendOptions {
  readonly preparation: Preparation;
  readonly codeLinks: CodeLinks;
  /** Asked for room before code is kept. */
  readonly codeQuota: CodeQuota;
  readonly urls: UrlBook;
  /** What stands in functions' URLs behind their ids: `localhost:4333`. */
  readonly urlAuthority: () => string;
}

/** Where functions are, in the Lambda API. */
export const functionsPath = '/2015-03-31/functions';
