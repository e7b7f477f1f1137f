import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { analyse } from '../../../effects/analyse.ts';
import { codeFilesOf } from '../../../effects/code/code-files.ts';
import { unpackZip } from '../../../store/zip/unpack.ts';
import type { AnalysisData } from './messages.ts';

// A thread that looks at the code of one function, and ends. Whoever started it bounds its memory and its time.
const { zip, handler }: AnalysisData = workerData;
const files = await unpackZip(await readFile(zip));
parentPort?.postMessage(analyse(codeFilesOf(files), handler));
