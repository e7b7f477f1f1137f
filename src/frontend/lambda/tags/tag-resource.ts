import { constraintError } from '../../../api/constraint.ts';
import { ApiError } from '../../../api/errors.ts';
import { jsonInput, optionalStrings } from '../../../api/json-input.ts';
import { checkTags } from '../../../api/tags.ts';
import { checkRetries } from '../../checked-retries.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { homeOfTagged, retagMapping, taggedMapping } from './mapping-tags.ts';
import { changeTags, tagsPath } from './tagged-function.ts';

export function tagResource(context: LambdaContext): Operation {
  return {
    name: 'TagResource',
    method: 'POST',
    path: tagsPath,
    bodyBytesMax: smallBodyBytesMax,
    home: homeOfTagged,
    async run(request) {
      const added = optionalStrings(jsonInput(request.body), 'Tags');
      if (added === undefined) throw constraintError('tags', null, 'Member must not be null');
      if (Object.keys(added).length === 0)
        throw new ApiError('InvalidParameterValueException', 'An error occurred and the request cannot be processed.');
      const mapping = await taggedMapping(context, request);
      if (mapping !== undefined) {
        checkTags({ ...mapping.tags, ...added });
        await retagMapping(context, request, mapping, { add: added });
        return { status: 204 };
      }
      await changeTags(context, request, (tags) => {
        const all = { ...tags, ...added };
        checkTags(all);
        checkRetries(all);
        return all;
      });
      return { status: 204 };
    },
  };
}
