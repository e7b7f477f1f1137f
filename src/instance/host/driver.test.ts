import { conformance } from '../conformance.ts';
import { processesMarked, treeOf } from '../processes/processes.ts';
import { createHostDriver } from './driver.ts';

await conformance('host', createHostDriver, {
  made: { module: new URL('driver.ts', import.meta.url).href, by: 'createHostDriver' },
  victim: async (instanceId) => {
    const marked = await processesMarked({ HEDDLE_INSTANCE: instanceId });
    // unshare → bubblewrap → its init → the agent.
    const tree = await treeOf(Math.min(...marked.map(({ pid }) => pid)));
    return tree[3] ?? Number.NaN;
  },
  testMsMax: 60_000,
});
