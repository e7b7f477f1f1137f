import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { homeOfTagged, taggedMapping } from './mapping-tags.ts';
import { taggedFunction, tagsPath } from './tagged-function.ts';

export function listTags(context: LambdaContext): Operation {
  return {
    name: 'ListTags',
    method: 'GET',
    path: tagsPath,
    bodyBytesMax: smallBodyBytesMax,
    home: homeOfTagged,
    async run(request) {
      const { tags } =
        (await taggedMapping(context, request)) ?? (await taggedFunction(context.store.functions, request));
      return { status: 200, body: { Tags: tags } };
    },
  };
}
