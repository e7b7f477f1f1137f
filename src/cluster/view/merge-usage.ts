import type { UsageRecord } from '../../model/accounts/usage.ts';

/** Records of several hosts as one list: those of the same account, function and time are added up. Oldest first. Pure. */
export function mergedUsage(lists: readonly (readonly UsageRecord[])[]): readonly UsageRecord[] {
  const sums = new Map<string, UsageRecord>();
  for (const record of lists.flat()) {
    const key = [record.fromMs, record.account, record.functionName].join('/');
    const sum = sums.get(key);
    sums.set(key, sum === undefined ? record : added(sum, record));
  }
  return [...sums.values()].toSorted((a, b) => a.fromMs - b.fromMs);
}

function added(a: UsageRecord, b: UsageRecord): UsageRecord {
  return {
    ...a,
    requests: a.requests + b.requests,
    errors: a.errors + b.errors,
    gbSeconds: a.gbSeconds + b.gbSeconds,
    egressBytes: a.egressBytes + b.egressBytes,
  };
}
