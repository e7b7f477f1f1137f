import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { homeOfTagged, retagMapping, taggedMapping } from './mapping-tags.ts';
import { changeTags, tagsPath } from './tagged-function.ts';

export function untagResource(context: LambdaContext): Operation {
  return {
    name: 'UntagResource',
    method: 'DELETE',
    path: tagsPath,
    bodyBytesMax: smallBodyBytesMax,
    home: homeOfTagged,
    async run(request) {
      const keys = new Set(request.queryAll('tagKeys'));
      const mapping = await taggedMapping(context, request);
      if (mapping !== undefined) {
        await retagMapping(context, request, mapping, { remove: [...keys] });
        return { status: 204 };
      }
      await changeTags(context, request, (tags) =>
        Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.has(key))),
      );
      return { status: 204 };
    },
  };
}
