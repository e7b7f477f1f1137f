import { randomUUID } from 'node:crypto';
import {
  aliasConfiguration,
  aliasRouting,
  checkAliasDescription,
  checkAliasVersion,
  checkRouting,
} from '../../../api/alias.ts';
import { jsonInput, optionalString, type JsonInput } from '../../../api/json-input.ts';
import type { Alias } from '../../../model/functions/alias.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import { aliasCheck } from '../capacity/check-provisionable.ts';
import { applyProvisioned } from '../capacity/provisioned.ts';
import type { LambdaContext } from '../context.ts';
import { aliasNotFound, aliasPath, missingVersion, requestedAlias } from './aliases.ts';

export function updateAlias(context: LambdaContext): Operation {
  const { store } = context;
  return {
    name: 'UpdateAlias',
    method: 'PUT',
    path: aliasPath,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const { ref, name } = await requestedAlias(store, request);
      const input = jsonInput(request.body);
      const change = aliasChange(input);
      const check = await aliasCheck(store, { ...ref, qualifier: name });
      const checked = (current: Alias): Alias => {
        const next = change(current);
        check(next);
        return next;
      };
      const ifRevisionId = optionalString(input, 'RevisionId') || undefined;
      const alias = await store.aliases
        .update(ref.account, ref.name, name, checked, ifRevisionId)
        .catch(missingVersion(ref));
      if (alias === undefined) throw aliasNotFound('Alias not found', ref, name);
      await applyProvisioned(context, ref.account, ref.name);
      return { status: 200, body: aliasConfiguration(alias, ref.arn) };
    },
  };
}

/** What a request does to an alias. What it does not name stays; the revision is another in any case, as with AWS. */
function aliasChange(input: JsonInput): (current: Alias) => Alias {
  const version = optionalString(input, 'FunctionVersion');
  const description = optionalString(input, 'Description');
  const routing = aliasRouting(input);
  if (version !== undefined) checkAliasVersion(version);
  if (description !== undefined) checkAliasDescription(description);
  const revisionId = randomUUID();
  return ({ routing: before, ...current }) => {
    const next = routing === undefined ? before : (routing ?? undefined);
    const changed = {
      ...current,
      revisionId,
      ...(version !== undefined && { version }),
      ...(description !== undefined && { description }),
      ...(next !== undefined && { routing: next }),
    };
    checkRouting(changed);
    return changed;
  };
}
