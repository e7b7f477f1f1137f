import { limits } from '../../../model/limits.ts';
import type { PreparationAnswer } from '../../../model/preparations.ts';
import { isRefusalWhy } from '../../../model/preparations.ts';
import { Shape } from '../../shape.ts';
import { checkOptions, wholeNumber } from '../check-options.ts';
import { orderOf, type ThreadOptions } from '../options.ts';
import { threadsConnection } from '../session/connection.ts';
import type { Target } from '../thread/start-thread.ts';

/** When threads that are expected will come. */
export interface ExpectOptions {
  /** Within this time from now on, ms; 30,000 where it is not given. What is unused then is let go. */
  readonly withinMs?: number;
}

/** Says that threads with these options will come. */
export type ExpectThreads = (
  exportName: string,
  options: ThreadOptions,
  count: number,
  expected: ExpectOptions,
) => Promise<PreparationAnswer>;

const usualWithinMs = 30_000;

/**
 * Says to the service that so many threads of this code will come at once: it prepares containers in which the code is loaded. Rejects with RangeError
 * for what is no number or time; what the service does not prepare, and why, is in its answer.
 */
export function expectThreads(code: Target['code'], base: ThreadOptions = {}): ExpectThreads {
  return async (exportName, own, count, { withinMs = usualWithinMs }) => {
    const options = { ...base, ...own };
    checkOptions(options);
    wholeNumber('count', count ?? Number.NaN, 1, limits.hintedCallsMax);
    wholeNumber('withinMs', withinMs, limits.expectedMsMin, limits.expectedMsMax);
    const { session } = await threadsConnection();
    const name = options.name ?? exportName;
    const order = { ...orderOf(options), code: await code(session), name, detached: false, batches: false };
    return answerOf(new Shape(await session.ask({ about: 'expect', order, count, withinMs }), 'answer'));
  };
}

function answerOf(answer: Shape): PreparationAnswer {
  const refused = answer.list('refused').flatMap((one) => {
    const why = one.text('why');
    return isRefusalWhy(why) ? [{ count: one.number('count'), why, message: one.text('message') }] : [];
  });
  return { taken: answer.number('taken'), ready: answer.number('ready'), refused };
}
