import type { Row } from '../row.ts';
import { coldRow } from './cold.ts';
import { computingRow } from './computing.ts';
import { crowdRow } from './crowd.ts';
import { exampleRow } from './example.ts';
import { idleRow } from './idle.ts';
import { matrixRow } from './matrix.ts';
import { memoryRow } from './memory.ts';
import { overloadRow } from './overload.ts';
import { placementRow } from './placement.ts';
import { roundTripRow } from './round-trip.ts';
import { startRow } from './start.ts';
import { startsRow } from './starts.ts';
import { stressRow } from './stress.ts';
import { tailRow } from './tail.ts';
import { mapRow, threadRow, threadsRow } from './threads.ts';
import { throughputRow } from './throughput.ts';
import { waitingRow } from './waiting.ts';

/** Every row, in the order in which they run: what matters most first, what disturbs the machine last. */
export const rows: readonly Row[] = [
  exampleRow,
  crowdRow,
  throughputRow,
  roundTripRow,
  startsRow,
  matrixRow,
  coldRow,
  waitingRow,
  computingRow,
  tailRow,
  threadRow,
  mapRow,
  threadsRow,
  memoryRow,
  placementRow,
  idleRow,
  startRow,
  overloadRow,
  stressRow,
];
