import type { FrontendOptions } from '../context.ts';
import type { Operation } from '../operation.ts';
import { getFunctionLogs } from './get-function-logs.ts';
import { getSnapshot } from './get-snapshot.ts';
import { getStatus } from './get-status.ts';

/** What the service says of itself, for the CLI and the dashboard. */
export function adminOperations(options: FrontendOptions): readonly Operation[] {
  return [getSnapshot(options), getFunctionLogs(options), getStatus(options)];
}
