import { checkLength } from '../../../api/constraint.ts';
import { functionConfiguration } from '../../../api/function-configuration.ts';
import { jsonInput, optionalString } from '../../../api/json-input.ts';
import { checkUnsupported } from '../../../api/unsupported-members.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import { functionsPath } from '../context.ts';
import type { LambdaContext } from '../context.ts';
import { requestedFunction, unversioned } from '../find-function.ts';
import { publish } from './publish.ts';

/** What AWS allows a description, characters. */
const descriptionMax = 256;

export function publishVersion(context: LambdaContext): Operation {
  return {
    name: 'PublishVersion',
    method: 'POST',
    path: `${functionsPath}/:functionName/versions`,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const ref = unversioned(requestedFunction(request));
      const input = jsonInput(request.body);
      checkUnsupported(input);
      const description = optionalString(input, 'Description');
      checkLength('description', description ?? '', 0, descriptionMax);
      const version = await publish(context, ref, {
        description,
        ifCodeSha256: optionalString(input, 'CodeSha256') || undefined,
        ifRevisionId: optionalString(input, 'RevisionId') || undefined,
      });
      return { status: 201, body: functionConfiguration(version, version.latest.version) };
    },
  };
}
