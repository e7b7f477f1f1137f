import { parentPort, workerData } from 'node:worker_threads';
import { analyseFiles } from '../../../effects/analyse-files.ts';

// Looks at a lot of code beside a deployment: what that waits for takes as long as this does.
parentPort?.postMessage(analyseFiles(workerData));
