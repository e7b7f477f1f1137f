import { isDeepStrictEqual } from 'node:util';
import { ApiError } from '../../api/errors.ts';
import type { Starter } from '../../model/functions/function.ts';
import type { SecretUse } from '../../model/secrets/secret-use.ts';
import type { SpawnOrder } from '../../protocol/session/session-messages.ts';
import { checkedSecrets } from '../checked-egress.ts';

/**
 * The secrets that are put into a thread's requests: those that are said, and none where nothing is. Code that runs here can only hand on uses that it
 * has itself, exactly as they are: it must not lead a secret elsewhere. Throws ApiError.
 */
export function secretsOf(
  { secrets }: Pick<SpawnOrder, 'secrets'>,
  starter: Pick<Starter, 'secrets'> | undefined,
): readonly SecretUse[] | undefined {
  if (secrets === undefined) return undefined;
  const uses = checkedSecrets(secrets);
  if (uses.length === 0) return undefined;
  const odd = uses.find((use) => starter !== undefined && !starter.secrets?.some((own) => isDeepStrictEqual(own, use)));
  if (odd === undefined) return uses;
  throw new ApiError(
    'AccessDeniedException',
    `Code in a function may have the secret ${odd.secret} used at ${odd.host} by what it starts only where it has it used there itself.`,
  );
}
