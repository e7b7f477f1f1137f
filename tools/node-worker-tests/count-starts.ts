// Preloaded into each process of a test: writes a line for each Worker that was started elsewhere.
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';

subscribe('heddle:worker-start', () => appendFileSync(process.env['NODE_WORKER_TESTS_STARTS'] ?? '/dev/null', '.'));
