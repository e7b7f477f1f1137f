import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { limits } from '../../../model/limits.ts';
import type { BudgetSize } from './source-budget.ts';

const bytesMin = 67_108_864; // 64 MiB

/**
 * What event sources of a service may have: a sixteenth of the memory, an eighth of what V8 gives this process, 64 MiB at least. A record costs two to
 * three times its size while a function has it: as it came, and in the event.
 */
export function budgetSize(memoryBytes: number = memory(), heapBytesMax: number = heap()): BudgetSize {
  const bytesMax = Math.max(bytesMin, Math.floor(Math.min(memoryBytes / 16, heapBytesMax / 8)));
  return { bytesMax, receiversMax: limits.sourceReceiversMax };
}

function memory(): number {
  // 0, or more than there is, where nothing constrains it.
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}

function heap(): number {
  return getHeapStatistics().heap_size_limit;
}
