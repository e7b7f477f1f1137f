import { randomUUID } from 'node:crypto';
import { ApiError } from '../../../api/errors.ts';
import type { FunctionRef } from '../../../api/function-ref.ts';
import { revisionOf, type FunctionRecord } from '../../../model/functions/function-record.ts';
import { isUnchanged, publishedVersion, type PublishedVersion } from '../../../model/functions/published-version.ts';
import { RevisionMismatchError } from '../../../store/contract.ts';
import type { LambdaContext } from '../context.ts';
import { notFound } from '../find-function.ts';
import { checkSettled, publishedState } from '../functions/record-changes.ts';

/** What a publication may ask for. */
export interface PublicationRequest {
  /** Of the version; the function's own where it is not said. */
  readonly description?: string | undefined;
  /** Refused where the function's code or revision is another. */
  readonly ifCodeSha256?: string | undefined;
  readonly ifRevisionId?: string | undefined;
  /** Also of a function whose change is under way: it is part of that change. */
  readonly whileChanging?: boolean;
}

/**
 * Publishes a function as it is, and has the version prepared where it is not. Where nothing has changed since the newest version, that is
 * it, and there is no other. Throws ResourceNotFoundException, ResourceConflictException while a change is under way,
 * InvalidParameterValueException and RevisionMismatchError.
 *
 * This room is published versions: an operation a file, and this, which creating and updating functions use as well. Versions are found
 * by `find-function.ts`; what one is, `model/published-version.ts` says.
 */
export async function publish(
  { store, codeQuota, preparation }: Pick<LambdaContext, 'store' | 'codeQuota' | 'preparation'>,
  ref: FunctionRef,
  request: PublicationRequest,
): Promise<PublishedVersion> {
  let isNew = false;
  const bytes = (await store.functions.get(ref.account, ref.name))?.latest.codeBytes ?? 0;
  using room = await codeQuota.ask(ref.account, bytes);
  const version = await store.versions.publish(ref.account, ref.name, (current, newest, number) => {
    check(current, request);
    if (newest !== undefined && isUnchanged(newest, current)) return newest;
    if (room.refusal !== undefined) throw room.refusal;
    isNew = true;
    const { description } = request;
    return publishedVersion(current, {
      number,
      revisionId: randomUUID(),
      state: publishedState(current),
      ...(description === undefined ? {} : { description }),
    });
  });
  if (version === undefined) throw notFound(ref);
  if (!isNew) return version;
  preparation.begin(version);
  // Of what was published there is another revision then, as on AWS, whose version keeps its own for good.
  const shownRevisionId = randomUUID();
  await store.functions.update(ref.account, ref.name, (current) => ({ ...current, shownRevisionId }));
  return version;
}

function check(
  current: FunctionRecord,
  { ifCodeSha256, ifRevisionId, whileChanging = false }: PublicationRequest,
): void {
  const { codeSha256 } = current.latest;
  if (ifRevisionId !== undefined && ifRevisionId !== revisionOf(current))
    throw new RevisionMismatchError(`The revision is ${revisionOf(current)}, not ${ifRevisionId}.`);
  if (ifCodeSha256 !== undefined && ifCodeSha256 !== codeSha256)
    throw new ApiError(
      'InvalidParameterValueException',
      `CodeSHA256 (${ifCodeSha256}) is different from current CodeSHA256 in $LATEST (${codeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
    );
  if (!whileChanging) checkSettled(current);
}
