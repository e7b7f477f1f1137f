import type { Row } from '../row.ts';
import { asyncRow } from './async.ts';
import { cleaningRow } from './cleaning.ts';
import { clusterPlacementRow } from './cluster/placement.ts';
import { coldRow } from './starts/cold.ts';
import { dashboardRow } from './dashboard/row.ts';
import { computingRow } from './computing.ts';
import { crowdRow } from './crowd.ts';
import { egressRow } from '../egress.ts';
import { movedRow } from '../moved.ts';
import { forkRow } from '../forks.ts';
import { objectsRow } from '../objects.ts';
import { portionsRow } from '../portions/row.ts';
import { chanceRow, predictionRow } from '../prediction.ts';
import { eventsRow } from './events.ts';
import { exampleRow } from './example.ts';
import { idleRow } from './idle.ts';
import { manyFilesRow } from './starts/many-files.ts';
import { matrixRow } from './starts/matrix.ts';
import { memoryRow } from './memory.ts';
import { overloadRow } from './overload.ts';
import { placementRow } from './placement.ts';
import { roundTripRow } from './round-trip.ts';
import { startRow } from './starts/start.ts';
import { startsRow } from './starts/starts.ts';
import { streamingRow } from './streaming.ts';
import { stressRow } from './stress.ts';
import { tailRow } from './tail.ts';
import { mapRow, threadRow, threadsRow } from './threads.ts';
import { throughputRow } from './throughput.ts';
import { tracesRow } from './traces.ts';
import { urlRow } from './url.ts';
import { waitingRow } from './waiting.ts';

/** Every row, in the order in which they run: what matters most first, what disturbs the machine last. */
export const rows: readonly Row[] = [
  exampleRow,
  crowdRow,
  throughputRow,
  roundTripRow,
  urlRow,
  streamingRow,
  asyncRow,
  eventsRow,
  startsRow,
  manyFilesRow,
  matrixRow,
  coldRow,
  waitingRow,
  computingRow,
  tailRow,
  threadRow,
  mapRow,
  threadsRow,
  portionsRow,
  cleaningRow,
  memoryRow,
  dashboardRow,
  tracesRow,
  egressRow,
  movedRow,
  objectsRow,
  forkRow,
  predictionRow,
  chanceRow,
  placementRow,
  clusterPlacementRow,
  idleRow,
  startRow,
  overloadRow,
  stressRow,
];
