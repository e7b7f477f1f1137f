import { constraintError } from '../../../api/constraint.ts';
import { jsonInput, optionalStrings } from '../../../api/json-input.ts';
import { checkTags } from '../../../api/tags.ts';
import { smallBodyBytesMax } from '../../operation.ts';
import type { Operation } from '../../operation.ts';
import type { LambdaContext } from '../context.ts';
import { changeTags, tagsPath } from './tagged-function.ts';

export function tagResource({ store }: LambdaContext): Operation {
  return {
    name: 'TagResource',
    method: 'POST',
    path: tagsPath,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const added = optionalStrings(jsonInput(request.body), 'Tags');
      if (added === undefined) throw constraintError('tags', null, 'Member must not be null');
      await changeTags(store.functions, request, (tags) => {
        const all = { ...tags, ...added };
        checkTags(all);
        return all;
      });
      return { status: 204 };
    },
  };
}
