import type { Logger } from 'pino';
import { ApiError } from '../../../api/errors.ts';
import type { FunctionVersion } from '../../../model/functions/function.ts';
import { lineageIn, nextLineage } from '../../../model/invocations/lineage.ts';
import type { SettingsStore } from '../../../store/settings-contract.ts';

/** The kind of document in `Store.settings` that says whether a function may go on with loops; of the function itself. */
export const recursionKind = 'recursion-config';

/** Ends chains of requests that are loops, as AWS Lambda does: a function that ran 16 times in one is not run again, unless it is set to `Allow`. */
export class LoopGuard {
  readonly #settings: Pick<SettingsStore, 'get'>;
  readonly #logger: Logger;
  /** Invocations that it refused since the service started: AWS's `RecursiveInvocationsDropped`. */
  dropped = 0;

  constructor(settings: Pick<SettingsStore, 'get'>, logger: Logger) {
    this.#settings = settings;
    this.#logger = logger;
  }

  /** Asked before each invocation, with the tracing header that it comes with. Throws RecursiveInvocationException. */
  check(fn: Pick<FunctionVersion, 'account' | 'name'>, traceHeader: string | undefined): void {
    const lineage = lineageIn(traceHeader);
    if (lineage === undefined || nextLineage(lineage, fn) !== 'loop') return;
    const { account, name } = fn;
    if (this.#settings.get(account, name, '', recursionKind)?.['RecursiveLoop'] === 'Allow') return;
    this.dropped += 1;
    this.#logger.warn({ account, function: name, trace: traceHeader }, 'A recursive loop was stopped.');
    throw new ApiError(
      'RecursiveInvocationException',
      "Lambda has detected your function being invoked in a recursive loop with other Amazon Web Services resources and stopped your function's invocation.",
    );
  }
}
