import type { Logger } from 'pino';
import { assess } from '../../frontend/effects/assess.ts';
import type { EffectOptions } from '../../frontend/effects/called-functions.ts';
import { servingVersion } from '../../model/functions/function-record.ts';
import type { LogStore } from '../../store/logs/contract.ts';

/** Functions that were told, by revision; beyond so many they may be told again. */
const toldMax = 10_000;

/**
 * Tells a function's log, once for each of its revisions, when an event is tried again that it failed at although doing it twice may do harm.
 * It is looked at only then.
 */
export function retryWarning(
  options: () => EffectOptions,
  logs: LogStore,
  logger: Logger,
): (account: string, name: string, requestId: string) => void {
  const told = new Set<string>();
  async function warn(account: string, name: string, requestId: string): Promise<void> {
    const parts = options();
    const record = await parts.store.functions.get(account, name);
    if (record === undefined || parts.effects === undefined) return;
    const version = servingVersion(record);
    if (told.has(version.revisionId)) return;
    if (told.size >= toldMax) told.clear();
    told.add(version.revisionId);
    const { verdicts } = await assess(parts, account, name, await parts.effects.make(version));
    const { answer, reasons } = verdicts['retry-safe'];
    if (answer !== 'no') return;
    const { reasonWords } = await import('../../effects/characteristics/words.ts');
    const [reason] = reasons;
    const because = reason === undefined ? '' : `: ${reasonWords(reason)}`;
    logs.append(account, name, {
      requestId,
      text: `WARNING An event that failed is tried again, and ${name} is not retry-safe${because}. See: heddle effects ${name}\n`,
    });
  }
  return (account, name, requestId) => {
    warn(account, name, requestId).catch((err: unknown) =>
      logger.warn({ err, function: name }, 'A function that is tried again could not be looked at.'),
    );
  };
}
