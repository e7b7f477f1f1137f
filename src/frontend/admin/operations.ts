import type { FrontendOptions } from '../context.ts';
import type { Operation } from '../operation.ts';
import { getFunctionLogs } from './get-function-logs.ts';
import { getFunctionReadiness } from './get-function-readiness.ts';
import { getSnapshot } from './get-snapshot.ts';
import { getStatus } from './get-status.ts';

/** What the service says of itself, for the CLI and the dashboard. `stopping` ends what would go on for ever. */
export function adminOperations(options: FrontendOptions, stopping: AbortSignal): readonly Operation[] {
  return [getSnapshot(options), getFunctionLogs(options, stopping), getFunctionReadiness(options), getStatus(options)];
}
