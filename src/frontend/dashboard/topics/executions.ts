import type { ExecutionRow } from '../../../model/dashboard/events.ts';
import { executionArn, type Execution } from '../../../model/executions/execution.ts';
import type { FrontendOptions } from '../../context.ts';
import type { Topic } from '../topic.ts';

/** Of each kind, the newest; more are found by `heddle executions ls`. */
const executionsMax = 200;

/** The account's newest durable executions, an ExecutionRow each. */
export function openExecutions({ events }: FrontendOptions): Topic {
  return {
    name: 'executions',
    everyMs: 500,
    over: { at: 'home' },
    async rows({ account }) {
      const used = await events.find(account)?.inUse();
      if (used === undefined) return new Map();
      const kinds = ['function', 'program'] as const;
      const found = await Promise.all(
        kinds.map((kind) => used.executions.list({ account, kind, newestFirst: true, limit: executionsMax })),
      );
      return new Map(found.flat().map((one) => [executionArn(one), rowOf(one)]));
    },
  };
}

function rowOf(one: Execution): ExecutionRow {
  const { name, kind, functionName, version, status, phase, startedAt, endedAt, events } = one;
  return {
    ...{ arn: executionArn(one), name, kind, status, phase, startedAt, events },
    ...(kind === 'function' && { of: `${functionName}:${version}` }),
    ...(endedAt !== undefined && { endedAt }),
  };
}
