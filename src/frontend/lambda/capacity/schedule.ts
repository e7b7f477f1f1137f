import { Cron } from 'croner';
import { functionRef } from '../../../api/function-ref.ts';
import type { Timer } from '../../../model/clock.ts';
import type { ProvisionedRule } from '../../../model/functions/settings.ts';
import type { LambdaContext } from '../context.ts';
import { changeProvisioned } from './change-provisioned.ts';
import { provisionedChangedAt, provisionedFor, unprovision } from './provisioned.ts';

/** Timers take no more, ms; then it looks again. */
const lookMsMax = 3_600_000;

/** A rule, and when it last was due. */
export interface DueRule {
  readonly rule: ProvisionedRule;
  readonly at: number;
}

/** When the rule is due next after a time, milliseconds since the Unix epoch; undefined: never again. */
export function nextAt({ cron, timeZone }: ProvisionedRule, after: number): number | undefined {
  return new Cron(cron, { timezone: timeZone, paused: true }).nextRun(new Date(after))?.getTime();
}

/** For each version or alias that rules are about, the one of them that was due last before (or at) a time: it says what holds then. */
export function rulesThatHold(rules: readonly ProvisionedRule[], now: number): DueRule[] {
  const last = new Map<string, DueRule>();
  for (const rule of rules) {
    const { account, functionName, qualifier, cron, timeZone } = rule;
    // A moment later, so that one that is due now is among those before.
    const [found] = new Cron(cron, { timezone: timeZone, paused: true }).previousRuns(1, new Date(now + 1_000));
    const at = found?.getTime();
    if (at === undefined || at > now) continue;
    const key = [account, functionName, qualifier].join('\0');
    if ((last.get(key)?.at ?? -Infinity) <= at) last.set(key, { rule, at });
  }
  return [...last.values()];
}

/**
 * Changes provisioned concurrency by the rules of the service's configuration, when each is due, until disposed. What was due while no service
 * ran is made up for at the start, unless somebody has changed it since by hand. What cannot be done is said in the log, and tried again
 * when it is due next.
 */
export function scheduleProvisioned(
  context: Pick<
    LambdaContext,
    'store' | 'workerManager' | 'clock' | 'settings' | 'concurrencyMaxOf' | 'logger' | 'ownAccount'
  >,
  rules: readonly ProvisionedRule[],
): Disposable {
  const { clock, logger, settings } = context;
  let timer: Timer | undefined;
  let stopped = false;
  /** What was due until then has been seen to. */
  let lookedAt = -Infinity;

  async function apply({ rule, at }: DueRule): Promise<void> {
    const { account = context.ownAccount, functionName, qualifier, count } = rule;
    const ref = { ...functionRef(functionName, { account, region: settings.region }, qualifier), qualifier };
    const { store } = context;
    if ((provisionedChangedAt(store, ref) ?? -Infinity) >= at) return;
    if ((provisionedFor(store, ref)?.requested ?? 0) === count) return;
    try {
      if (count === 0) await unprovision(context, ref);
      else await changeProvisioned(context, ref, count);
      logger.info({ function: functionName, qualifier, count }, 'Provisioned concurrency was changed by a rule.');
    } catch (err) {
      logger.warn(
        { err, function: functionName, qualifier, count },
        'A rule could not change provisioned concurrency.',
      );
    }
  }

  async function look(): Promise<void> {
    const now = clock.wall();
    for (const due of rulesThatHold(rules, now)) if (due.at > lookedAt) await apply(due);
    lookedAt = now;
    const next = Math.min(...rules.map((rule) => nextAt(rule, now) ?? Infinity));
    if (!stopped) timer = clock.timer(Math.min(lookMsMax, Math.max(0, next - clock.wall())), () => void look());
  }

  if (rules.length > 0) timer = clock.timer(0, () => void look());
  return {
    [Symbol.dispose]: () => {
      stopped = true;
      timer?.[Symbol.dispose]();
    },
  };
}
