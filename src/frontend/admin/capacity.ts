import { latestVersion, type Capacity, type FunctionVersion } from '../../model/functions/function.ts';
import type { CapacitySnapshot } from '../../model/snapshot.ts';
import type { FrontendOptions } from '../context.ts';
import { reservedFor } from '../lambda/capacity/concurrency.ts';
import { provisionedOf } from '../lambda/capacity/provisioned.ts';

type Context = Pick<FrontendOptions, 'store' | 'workerManager' | 'settings'>;

/** What an account has of its own, and what functions of it, in the order of their names. */
export async function capacityOf(context: Context, account: string): Promise<readonly CapacitySnapshot[]> {
  const records = await context.store.functions.list(account, '', Number.MAX_SAFE_INTEGER);
  const own = context.settings.capacityByAccount?.[account];
  const ofFunctions = records.flatMap(({ latest }) => [
    ...kindOf(context, latest),
    ...reservedOf(context, latest),
    ...provisionedRows(context, latest),
  ]);
  return own === undefined ? ofFunctions : [rowOf('(account)', own), ...ofFunctions];
}

function rowOf(name: string, capacity: Capacity): CapacitySnapshot {
  const { kind } = capacity;
  return { name, kind, ...(kind === 'variable' && capacity.ceiling !== undefined && { calls: capacity.ceiling }) };
}

function kindOf(context: Context, { account, name, capacity }: FunctionVersion): readonly CapacitySnapshot[] {
  if (capacity === undefined) return [];
  const row = rowOf(name, capacity);
  if (capacity.kind === 'variable') return [row];
  return [{ ...row, ...readyOf(context, { account, functionName: name, qualifier: latestVersion }) }];
}

function reservedOf({ store }: Context, { account, name }: FunctionVersion): readonly CapacitySnapshot[] {
  const calls = reservedFor(store, account, name);
  return calls === undefined ? [] : [{ name, kind: 'reserved', calls }];
}

function provisionedRows(context: Context, { account, name }: FunctionVersion): readonly CapacitySnapshot[] {
  return provisionedOf(context.store, account, name).map(({ qualifier, requested }) => ({
    name: `${name}:${qualifier}`,
    kind: 'provisioned',
    calls: requested,
    ...readyOf(context, { account, functionName: name, qualifier }),
  }));
}

function readyOf(
  { workerManager }: Context,
  key: Parameters<FrontendOptions['workerManager']['provisioned']>[0],
): Pick<CapacitySnapshot, 'ready' | 'status' | 'why'> {
  const state = workerManager.provisioned(key);
  if (state === undefined) return {};
  const { available, status, why } = state;
  return { ready: available, status, ...(why !== undefined && { why }) };
}
