import { buildDashboard } from './bundle.ts';

// Builds the dashboard into the folder that is given. The service runs this in a checkout; `npm pack` has its own way to it.
const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Say where to: tools/dashboard/build.ts FOLDER');
const { gzipBytes, gzipBytesMax } = await buildDashboard(folder);
console.log(`dashboard: ${(gzipBytes / 1_024).toFixed(1)} KiB gzip of ${gzipBytesMax / 1_024}`);
