import type { ThreadRow } from '../../../model/dashboard/threads.ts';
import { milliseconds } from '../../parts/format.ts';

/** What a thread is doing, or how it ended, in a word. */
export function stateOf({ end, placedMs, startedMs }: ThreadRow): string {
  if (end !== undefined) return end === 'ok' ? 'ended' : end;
  if (placedMs === undefined) return 'queued';
  return startedMs === undefined ? 'starting' : 'running';
}

/** How that is to be seen: the class of its tag. */
export function toneOf({ end, placedMs }: ThreadRow): string {
  if (end === undefined) return placedMs === undefined ? '' : 'info';
  if (end === 'ok') return 'good';
  return end === 'cancelled' ? 'warn' : 'bad';
}

/** How long its code ran, or has run until now; undefined where it has not begun. `nowMs`: the service's time. */
export function ranMs({ bornAtMs, startedMs, endedMs }: ThreadRow, nowMs: number): number | undefined {
  return startedMs === undefined ? undefined : Math.max(0, (endedMs ?? nowMs - bornAtMs) - startedMs);
}

/** A thread in a sentence, for who cannot see the picture. */
export function describeThread(row: ThreadRow): string {
  const { name, container, startedMs, endedMs, waits = [] } = row;
  const parts = [`${name}: ${stateOf(row)}`];
  if (container !== undefined) parts.push(`in container ${container}`);
  if (startedMs !== undefined) parts.push(`started after ${milliseconds(startedMs)}`);
  if (startedMs !== undefined && endedMs !== undefined) parts.push(`ran ${milliseconds(endedMs - startedMs)}`);
  if (waits.length > 0) parts.push(`waited ${waits.length} times for something shared`);
  return parts.join(', ');
}
