import { smallBodyBytesMax } from '../../operation.ts';
import type { Operation } from '../../operation.ts';
import type { LambdaContext } from '../context.ts';
import { taggedFunction, tagsPath } from './tagged-function.ts';

export function listTags({ store }: LambdaContext): Operation {
  return {
    name: 'ListTags',
    method: 'GET',
    path: tagsPath,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const { tags } = await taggedFunction(store.functions, request);
      return { status: 200, body: { Tags: tags } };
    },
  };
}
