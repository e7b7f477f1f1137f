import { randomUUID } from 'node:crypto';
import {
  aliasConfiguration,
  aliasRouting,
  checkAliasDescription,
  checkAliasName,
  checkAliasVersion,
  checkRouting,
} from '../../../api/alias.ts';
import { ApiError } from '../../../api/errors.ts';
import { jsonInput, optionalString, requiredString } from '../../../api/json-input.ts';
import { AliasExistsError } from '../../../store/versions-contract.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { requestedFunction, unversioned } from '../find-function.ts';
import { aliasesPath, missingVersion } from './aliases.ts';

export function createAlias({ store }: LambdaContext): Operation {
  return {
    name: 'CreateAlias',
    method: 'POST',
    path: aliasesPath,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const ref = unversioned(requestedFunction(request));
      const input = jsonInput(request.body);
      const routing = aliasRouting(input) ?? undefined;
      const alias = {
        account: ref.account,
        name: ref.name,
        alias: requiredString(input, 'Name'),
        version: requiredString(input, 'FunctionVersion'),
        description: optionalString(input, 'Description') ?? '',
        revisionId: randomUUID(),
        ...(routing && { routing }),
      };
      checkAliasName(alias.alias);
      checkAliasVersion(alias.version);
      checkAliasDescription(alias.description);
      checkRouting(alias);
      await store.aliases.create(alias).catch((cause: unknown) => {
        if (!(cause instanceof AliasExistsError)) return missingVersion(ref)(cause);
        const what = `Alias already exists: ${ref.arn}:${alias.alias}`;
        throw new ApiError('ResourceConflictException', what, { cause });
      });
      return { status: 201, body: aliasConfiguration(alias, ref.arn) };
    },
  };
}
