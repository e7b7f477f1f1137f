import type { FrontendOptions } from '../context.ts';
import { smallBodyBytesMax } from '../operation.ts';
import type { Operation } from '../operation.ts';

/** What the service holds now. An account sees the warming pool and its own instances, and nobody else's. */
export function getSnapshot({ workerManager }: FrontendOptions): Operation {
  return {
    name: 'GetSnapshot',
    method: 'GET',
    path: '/heddle/v1/snapshot',
    bodyBytesMax: smallBodyBytesMax,
    async run({ scope }) {
      const all = workerManager.snapshot();
      const instances = all.instances.filter(({ account }) => account === undefined || account === scope.account);
      return { status: 200, body: { ...all, instances } };
    },
  };
}
