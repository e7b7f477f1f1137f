import type { Logger } from 'pino';
import { ensureAwsSdk } from '../../image/node/aws-sdk.ts';
import type { InstanceDriver } from '../../instance/contract.ts';
import type { Settings } from '../../model/functions/settings.ts';
import { checkWarm, type WhyMissing } from './missing-runtimes.ts';

const noAwsSdk = 'Functions run without the AWS SDK of the runtime; it is tried again in an hour.';

/** What is prepared, and who is told. */
export interface PreparationOptions {
  /** What instances are like. */
  readonly usual: Parameters<InstanceDriver['prepare']>[0];
  /** Functions find the AWS SDK in their runtime. */
  readonly withAwsSdk: boolean;
  readonly why: WhyMissing;
  readonly report: (line: string) => void;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Makes what instances are made of, where it is not there. */
export function preparation(
  driver: InstanceDriver,
  settings: Pick<Settings, 'cache' | 'warm'>,
  { usual, withAwsSdk, why, report, logger, signal }: PreparationOptions,
): () => Promise<void> {
  return async () => {
    if (withAwsSdk) await ensureAwsSdk(settings.cache, report, (err) => logger.warn({ err }, noAwsSdk), signal);
    await driver.prepare(usual, report, signal);
    checkWarm(settings.warm, why);
  };
}
