import type { ExecutionOperations } from '../contracts/executions.ts';
import { limits } from '../../../model/limits.ts';
import { endedExecutions, endedTables, type EndedLimits } from './ended.ts';
import type { Part } from '../part.ts';
import { reading } from './reading.ts';
import { executionTables, keyedTables } from './tables.ts';
import { waking } from './waking.ts';
import { writing } from './writing.ts';

/** Durable executions in SQLite. */
export const executions: Part<ExecutionOperations> = executionsPart({
  countMax: limits.executionsEndedPerAccountMax,
  bytesMax: limits.executionsEndedBytesPerAccountMax,
});

/** The same with other limits. */
export function executionsPart(most: EndedLimits): Part<ExecutionOperations> {
  return {
    migrations: [executionTables, endedTables, keyedTables],
    accepting: ['start', 'extend'],
    continuing: ['proceed'],
    open: (database) => {
      const ended = endedExecutions(database, most);
      const written = writing(database, ended);
      const { commit } = written;
      const { remove, trim } = ended;
      return { ...written, extend: commit, proceed: commit, remove, trim, ...reading(database), ...waking(database) };
    },
  };
}
