import type { UsageRecord } from '../../model/accounts/usage.ts';
import type { HostStatus, OwnShard } from '../../model/cluster-snapshot.ts';
import { limits } from '../../model/limits.ts';
import type { TracesAsked, UsageSpan } from '../contract.ts';
import { fieldsOf, listIn, listOf, numberIn, textIn } from '../fields.ts';

/** More of anything is no answer of a host of ours. */
export const listMax = 2_000_000;

/** What a host says of itself. Throws ProtocolError. */
export function readLoad(value: unknown): HostStatus {
  const one = fieldsOf(value);
  const number = (name: string): number => numberIn(one, name);
  return {
    running: number('running'),
    waiting: number('waiting'),
    instances: number('instances'),
    containers: number('containers'),
    idleContainers: number('idleContainers'),
    memoryMb: number('memoryMb'),
    memoryMbMax: number('memoryMbMax'),
    processors: number('processors'),
    processorLoad: number('processorLoad'),
    peers: number('peers'),
    shards: listIn(one, 'shards', listMax).map(readShard),
    ...(one['statePosition'] !== undefined && { statePosition: textIn(one, 'statePosition') }),
  };
}

function readShard(value: unknown): OwnShard {
  const one = fieldsOf(value);
  return {
    shard: numberIn(one, 'shard'),
    epoch: textIn(one, 'epoch'),
    ...(one['waiting'] !== undefined && { waiting: numberIn(one, 'waiting') }),
    ...(one['bytesSinceSnapshot'] !== undefined && { bytesSinceSnapshot: numberIn(one, 'bytesSinceSnapshot') }),
  };
}

/** What functions used on a host. Throws ProtocolError. */
export function readUsage(value: unknown): readonly UsageRecord[] {
  return listOf(value, listMax).map((record) => {
    const one = fieldsOf(record);
    return {
      account: textIn(one, 'account'),
      functionName: textIn(one, 'functionName'),
      fromMs: numberIn(one, 'fromMs'),
      requests: numberIn(one, 'requests'),
      errors: numberIn(one, 'errors'),
      gbSeconds: numberIn(one, 'gbSeconds'),
      egressBytes: numberIn(one, 'egressBytes'),
    };
  });
}

/** Of when and of whom. Throws ProtocolError. */
export function readSpan(value: unknown): UsageSpan {
  const one = fieldsOf(value);
  const account = one['account'];
  return {
    sinceMs: numberIn(one, 'sinceMs'),
    untilMs: numberIn(one, 'untilMs'),
    ...(typeof account === 'string' && { account }),
  };
}

/** Which traces another host asks for. Throws ProtocolError. */
export function readTracesAsked(value: unknown): TracesAsked {
  const one = fieldsOf(value);
  const { functionName, requestId } = one;
  return {
    account: textIn(one, 'account'),
    limit: Math.min(numberIn(one, 'limit'), limits.tracesListedMax),
    ...(typeof functionName === 'string' && { functionName }),
    ...(typeof requestId === 'string' && { requestId }),
  };
}
