import type { FrontendOptions } from '../context.ts';
import type { CodeLinks } from './functions/code-links.ts';
import type { Preparation } from './functions/preparation.ts';
import type { EventQueue } from './invocation/event-queue.ts';

/** What the operations of the Lambda API work with. */
export interface LambdaContext extends FrontendOptions {
  readonly preparation: Preparation;
  readonly events: EventQueue;
  readonly codeLinks: CodeLinks;
}

/** Where functions are, in the Lambda API. */
export const functionsPath = '/2015-03-31/functions';
