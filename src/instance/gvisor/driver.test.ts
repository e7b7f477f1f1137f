import { readFile } from 'node:fs/promises';
import { conformance } from '../conformance.ts';
import { processesMarked, treeOf } from '../processes/processes.ts';
import { createGvisorDriver } from './driver.ts';

await conformance('gvisor', createGvisorDriver, {
  made: { module: new URL('driver.ts', import.meta.url).href, by: 'createGvisorDriver' },
  victim: async (instanceId) => {
    const marked = await processesMarked({ HEDDLE_INSTANCE: instanceId });
    const tree = await treeOf(Math.min(...marked.map(({ pid }) => pid)));
    const lines = await Promise.all(tree.map((pid) => readFile(`/proc/${pid}/cmdline`, 'latin1')));
    return tree[lines.findIndex((line) => line.startsWith('runsc-sandbox'))] ?? Number.NaN;
  },
  testMsMax: 60_000,
});
