import { smallBodyBytesMax } from '../../operation.ts';
import type { Operation } from '../../operation.ts';
import type { LambdaContext } from '../context.ts';
import { changeTags, tagsPath } from './tagged-function.ts';

export function untagResource({ store }: LambdaContext): Operation {
  return {
    name: 'UntagResource',
    method: 'DELETE',
    path: tagsPath,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const keys = new Set(request.queryAll('tagKeys'));
      await changeTags(store.functions, request, (tags) =>
        Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.has(key))),
      );
      return { status: 204 };
    },
  };
}
