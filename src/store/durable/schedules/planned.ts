import type { SQLOutputValue } from 'node:sqlite';
import type { PlannedSchedule } from '../contracts/schedules.ts';

/** A schedule as a row has it; undefined where there is none. */
export function planned(row: Readonly<Record<string, SQLOutputValue>> | undefined): PlannedSchedule | undefined {
  if (row === undefined) return undefined;
  const nextAt = row['next_at'];
  return { record: JSON.parse(String(row['record'])), ...(typeof nextAt === 'number' && { nextAt }) };
}
