import { conformance } from '../conformance.ts';
import { processesMarked } from '../processes/processes.ts';
import { createEmulatedDriver } from './testing.ts';

await conformance('microvm', createEmulatedDriver, {
  made: { module: new URL('testing.ts', import.meta.url).href, by: 'createEmulatedDriver' },
  victim: async (instanceId) => {
    const [qemu] = await processesMarked({ HEDDLE_INSTANCE: instanceId });
    return qemu?.pid ?? Number.NaN;
  },
  testMsMax: 300_000,
});
