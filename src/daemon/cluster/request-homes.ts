import type { IdentityOfForwarded, Peers } from '../../cluster/contract.ts';
import { ClusterUnavailableError, MisdirectedError, PeerLostError, type Homes } from '../../cluster/contract.ts';
import { ApiError } from '../../api/errors.ts';
import type { CheckedRequest, RequestHomes } from '../../frontend/routes/request-homes.ts';
import type { Clock } from '../../model/clock.ts';

/** How long a request waits for a home: as long as a dead host's lease, or an election of NATS, lasts. Less than clients wait for an answer. */
const waitMs = 10_000;
/** Where two hosts do not know the same for a moment, how long until it is looked at again. */
const againMs = 50;

/** What homes of requests are found with. */
export interface RequestHomeParts {
  readonly homes: Homes;
  readonly peers: Pick<Peers, 'forward'>;
  readonly identityOf: IdentityOfForwarded;
  readonly clock: Clock;
}

/** Leads requests to the homes of accounts, by one hop. */
export function requestHomes({ homes, peers, identityOf, clock }: RequestHomeParts): RequestHomes {
  return {
    async answeredElsewhere(account, checked) {
      const endsAt = clock.now() + waitMs;
      for (;;) {
        const home = await homeOf(homes, account, Math.max(1, endsAt - clock.now()));
        if (home.at === 'here') return false;
        // Whoever sent it here finds the home anew.
        if (identityOf(checked.request) !== undefined) throw misdirected();
        try {
          await forward(peers, home.host, checked);
          return true;
        } catch (error) {
          const mayRepeat = isUndone(error) && canBeSentAgain(checked) && clock.now() < endsAt;
          if (!mayRepeat) throw answerable(error);
          await changed(homes, clock);
        }
      }
    },
  };
}

/** Whether nothing was done of a request: the host was not the one, or not there any more, which others hear a little later. */
function isUndone(error: unknown): boolean {
  return (
    error instanceof MisdirectedError ||
    (error instanceof ApiError && error.cause instanceof PeerLostError && error.cause.unsent)
  );
}

/** What came as a stream may have been read in part. */
function canBeSentAgain({ request, response, body }: CheckedRequest): boolean {
  return !response.destroyed && (body !== undefined || !request.readableDidRead);
}

function answerable(error: unknown): unknown {
  return error instanceof MisdirectedError ? notNow(error) : error;
}

async function homeOf(homes: Homes, account: string, ms: number): ReturnType<Homes['settledHomeOf']> {
  try {
    return await homes.settledHomeOf(account, ms);
  } catch (error) {
    if (error instanceof ClusterUnavailableError) throw notNow(error);
    throw error;
  }
}

async function forward(
  peers: Pick<Peers, 'forward'>,
  host: string,
  { request, response, key, signingKey, body }: CheckedRequest,
): Promise<void> {
  await peers.forward(host, request, response, { key, signingKey }, body);
}

function notNow(cause: Error): ApiError {
  return new ApiError('ServiceException', cause.message, { status: 503, retryAfterSeconds: 1, cause });
}

/** Told to the other host, and by it to nobody. */
function misdirected(): ApiError {
  return new ApiError('ServiceException', 'This host is not the home of this account.', { status: 421 });
}

async function changed(homes: Homes, clock: Clock): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  using _change = homes.onChange(resolve);
  using _later = clock.timer(againMs, resolve);
  await promise;
}
