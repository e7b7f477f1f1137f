import { loadLater } from './load.js';

await loadLater('sdk/worker-threads/register');
