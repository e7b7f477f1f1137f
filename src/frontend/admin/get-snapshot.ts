import type { FrontendOptions } from '../context.ts';
import { smallBodyBytesMax } from '../operation.ts';
import type { Operation } from '../operation.ts';
import { configurationsOf } from './configurations.ts';

/**
 * What the service holds now, a `ServiceSnapshot`, and as `configurations` what first calls would find. An account sees the warming pool and its
 * own instances and functions, and nobody else's.
 */
export function getSnapshot({ store, workerManager }: FrontendOptions): Operation {
  return {
    name: 'GetSnapshot',
    method: 'GET',
    path: '/heddle/v1/snapshot',
    bodyBytesMax: smallBodyBytesMax,
    async run({ scope }) {
      const all = workerManager.snapshot();
      const instances = all.instances.filter(({ account }) => account === undefined || account === scope.account);
      const configurations = await configurationsOf(scope.account, store.functions, workerManager);
      return { status: 200, body: { ...all, instances, configurations } };
    },
  };
}
