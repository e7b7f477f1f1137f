import type { Logger } from 'pino';
import { functionArn } from '../../api/function-ref.ts';
import { ApiError } from '../../api/errors.ts';
import { invocationTarget } from '../../frontend/lambda/find-function.ts';
import { systemClock } from '../../model/clock.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';
import type { Settings } from '../../model/functions/settings.ts';
import { limits } from '../../model/limits.ts';
import { Prediction } from '../../prediction/prediction.ts';
import { isThreadCode } from '../../model/functions/thread-code.ts';
import type { Store } from '../../store/contract.ts';
import { openProfileStore } from '../../store/profiles/profile-store.ts';
import type { LocalWorkerManager } from '../../worker-manager/manager.ts';
import type { WhyMissing } from '../instances/missing-runtimes.ts';

/** What prediction asks of the service. */
export interface PredictionSurroundings {
  readonly store: Store;
  /** Not asked before the service is put together. */
  readonly manager: () => LocalWorkerManager;
  /** A version as its policies bind it: what is run, and so what is prepared. */
  readonly policies: { readonly bound: (fn: FunctionVersion) => FunctionVersion };
  readonly why: WhyMissing;
  readonly logger: Logger;
}

/** What functions call, as this home knows it, and what is prepared because of that. */
export function openPrediction(
  settings: Pick<Settings, 'home' | 'region' | 'prediction'>,
  { store, manager, policies, why, logger }: PredictionSurroundings,
  undo: AsyncDisposableStack,
): Prediction {
  return undo.use(
    new Prediction({
      clock: systemClock,
      store: undo.use(openProfileStore(settings.home)),
      off: settings.prediction === 'off',
      supplyOf: (fn) => manager().supplyOf(fn),
      waiting: () => manager().waiting > 0,
      resolve: async (account, name, qualifier) => {
        const arn = functionArn({ account, region: settings.region }, name);
        const ref = { account, name, arn, ...(qualifier !== '' && { qualifier }) };
        try {
          return policies.bound((await invocationTarget({ store, whyMissing: why }, ref)).function);
        } catch (error) {
          // It was removed, or cannot run now: nothing is prepared of it.
          if (error instanceof ApiError) return undefined;
          throw error;
        }
      },
      prepare: (fn, count, withinMs, imminent, came) => {
        const within = Math.round(Math.min(limits.expectedMsMax, Math.max(limits.expectedMsMin, withinMs)));
        const how = {
          ...(imminent && { soon: true as const }),
          ...(isThreadCode(fn.name) && { thread: true as const }),
        };
        return manager().prepare({ function: fn, count, withinMs: within, reason: 'profile', ...how, came }).taken;
      },
      onUnkept: (err) => logger.warn({ err }, 'Profiles of functions could not be kept.'),
    }),
  );
}
