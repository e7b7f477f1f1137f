import type { DatabaseSync } from 'node:sqlite';
import type { Execution } from '../../../model/executions/execution.ts';
import type { ExecutionOperations } from '../contracts/executions.ts';

/** What an account may keep of executions that have ended. */
export interface EndedLimits {
  readonly countMax: number;
  readonly bytesMax: number;
}

/** Rows of an execution, an operation and an event beside what they were given and gave, about. */
const rowBytes = { execution: 1_000, operation: 400, event: 250 };
/** So many go in one step, as each may have many operations. */
const stepMax = 16;

/** Executions that have ended, and how many there are, of each account. */
export interface EndedExecutions extends Pick<ExecutionOperations, 'remove' | 'trim'> {
  /** One has ended. */
  add(execution: Execution): void;
}

export function endedExecutions(database: DatabaseSync, { countMax, bytesMax }: EndedLimits): EndedExecutions {
  const mark = database.prepare('UPDATE executions SET ended_at = ?, kept_bytes = ? WHERE id = ?');
  const kept = database.prepare('SELECT account, kept_bytes FROM executions WHERE id = ? AND ended_at IS NOT NULL');
  const count = database.prepare(
    'UPDATE execution_counts SET ended = ended + ?, ended_bytes = ended_bytes + ? WHERE account = ?',
  );
  const counts = database.prepare('SELECT ended, ended_bytes FROM execution_counts WHERE account = ?');
  const dropped = database.prepare('UPDATE execution_counts SET dropped = dropped + 1 WHERE account = ?');
  // Not before its parent was told what came of it.
  const oldest = database.prepare(
    `SELECT id FROM executions WHERE account = ? AND ended_at IS NOT NULL
       AND (json_extract(record, '$.parent') IS NULL OR json_extract(record, '$.parentTold') = 1)
     ORDER BY ended_at LIMIT 1`,
  );
  const removals = [
    'DELETE FROM execution_operations WHERE execution = ?',
    'DELETE FROM execution_events WHERE execution = ?',
    'DELETE FROM executions WHERE id = ?',
  ].map((text) => database.prepare(text));

  function remove(id: number): void {
    const row = kept.get(id);
    for (const removal of removals) removal.run(id);
    if (row !== undefined) count.run(-1, -Number(row['kept_bytes']), String(row['account']));
  }

  function isOver(account: string): boolean {
    const row = counts.get(account);
    return Number(row?.['ended'] ?? 0) > countMax || Number(row?.['ended_bytes'] ?? 0) > bytesMax;
  }

  return {
    add(execution) {
      const bytes = keptBytes(execution);
      mark.run(execution.endedAt ?? 0, bytes, execution.id);
      count.run(1, bytes, execution.account);
    },
    remove,
    trim(account) {
      for (let removed = 0; ; removed++) {
        if (!isOver(account)) return { removed, more: false };
        if (removed === stepMax) return { removed, more: true };
        const id = oldest.get(account)?.['id'];
        if (typeof id !== 'number') return { removed, more: false };
        remove(id);
        dropped.run(account);
      }
    },
  };
}

function keptBytes({ bytes, operations, events }: Execution): number {
  return bytes + rowBytes.execution + operations * rowBytes.operation + events * rowBytes.event;
}

/** Brings tables from before there were limits to where they are; the sums are those of {@link keptBytes}. */
export const endedTables: string = `
ALTER TABLE executions ADD COLUMN ended_at INTEGER;
ALTER TABLE executions ADD COLUMN kept_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE execution_counts ADD COLUMN ended INTEGER NOT NULL DEFAULT 0;
ALTER TABLE execution_counts ADD COLUMN ended_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE execution_counts ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0;
UPDATE executions SET ended_at = json_extract(record, '$.endedAt'),
  kept_bytes = json_extract(record, '$.bytes') + ${rowBytes.execution}
    + json_extract(record, '$.operations') * ${rowBytes.operation} + json_extract(record, '$.events') * ${rowBytes.event}
  WHERE status != 'RUNNING';
CREATE INDEX executions_ended ON executions (account, ended_at) WHERE ended_at IS NOT NULL;
UPDATE execution_counts SET (ended, ended_bytes) =
  (SELECT count(*), total(kept_bytes) FROM executions
   WHERE executions.account = execution_counts.account AND ended_at IS NOT NULL);
`;
