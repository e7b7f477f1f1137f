import type { Row } from '../row.ts';
import { crowdRow } from './crowd.ts';
import { throughputRow } from './throughput.ts';

/** Every row, in the order in which they run: what matters most first. */
export const rows: readonly Row[] = [throughputRow, crowdRow];
