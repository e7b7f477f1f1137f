import type { FrontendOptions } from '../context.ts';
import { smallBodyBytesMax } from '../routes/operation.ts';
import type { Operation } from '../routes/operation.ts';
import type { StartSummary } from '../metrics/start-samples.ts';

/** Answer of `GET /heddle/v1/status`. */
export interface ServiceStatus {
  readonly version: string;
  readonly driver: string;
  readonly region: string;
  readonly account: string;
  readonly pid: number;
  readonly uptimeMs: number;
  readonly functions: number;
  /** The newest starts, by path. */
  readonly starts: readonly StartSummary[];
  readonly queue: { readonly length: number; readonly max: number };
}

export function getStatus({ version, driver, store, workerManager, metrics, clock }: FrontendOptions): Operation {
  const startedAt = clock.now();
  return {
    name: 'GetStatus',
    method: 'GET',
    path: '/heddle/v1/status',
    bodyBytesMax: smallBodyBytesMax,
    async run({ scope }) {
      const functions = await store.functions.list(scope.account, '', Number.MAX_SAFE_INTEGER);
      const status: ServiceStatus = {
        version,
        driver,
        region: scope.region,
        account: scope.account,
        pid: process.pid,
        uptimeMs: clock.now() - startedAt,
        functions: functions.length,
        starts: metrics.starts.summary(),
        queue: workerManager.snapshot().queue,
      };
      return { status: 200, body: status };
    },
  };
}
