import type { IdentityOfForwarded, Peers } from '../../cluster/contract.ts';
import { ClusterUnavailableError, MisdirectedError, PeerLostError, type Homes } from '../../cluster/contract.ts';
import { ApiError } from '../../api/errors.ts';
import type { CheckedRequest, RequestHomes } from '../../frontend/routes/request-homes.ts';
import type { Clock } from '../../model/clock.ts';
import { untilUnanswerable } from './until-unanswerable.ts';

/** How long a request waits for a home: as long as a dead host's lease, or an election of NATS, lasts. Less than clients wait for an answer. */
const waitMs = 10_000;
/** Where others have waited for so long in vain: who comes then waits for less, ms. */
const shortlyMs = 1_000;
/** Where two hosts do not know the same for a moment, how long until it is looked at again. */
const againMs = 50;

/** What homes of requests are found with. */
export interface RequestHomeParts {
  readonly homes: Homes;
  readonly peers: Pick<Peers, 'forward'>;
  readonly identityOf: IdentityOfForwarded;
  /** Why the cluster does not answer, in words. Never rejects. */
  readonly why: () => Promise<string>;
  readonly clock: Clock;
}

/** Leads requests to the homes of accounts, by one hop. */
export function requestHomes({ homes, peers, identityOf, why, clock }: RequestHomeParts): RequestHomes {
  /** Until when it makes no sense to wait for long: somebody has just waited in vain. */
  let hopelessUntil = Number.NEGATIVE_INFINITY;
  const homeOf = async (account: string, ms: number): ReturnType<Homes['settledHomeOf']> => {
    try {
      return await homes.settledHomeOf(account, ms);
    } catch (error) {
      if (!(error instanceof ClusterUnavailableError)) throw error;
      hopelessUntil = clock.now() + waitMs;
      throw notNow(error, `This was not done: ${error.message} (${await why()}.)`);
    }
  };
  return {
    async answeredElsewhere(account, checked) {
      const endsAt = clock.now() + (clock.now() < hopelessUntil ? shortlyMs : waitMs);
      for (;;) {
        const home = await homeOf(account, Math.max(1, endsAt - clock.now()));
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
    async whileHeld(account, run) {
      using unanswerable = untilUnanswerable(() => homes.homeOf(account), waitMs, clock);
      const ran = await Promise.race([run().then((value) => ({ value })), unanswerable.comes]);
      if (ran !== undefined) return ran.value;
      hopelessUntil = clock.now() + waitMs;
      const said = `This was not answered by most of the cluster's servers within ${waitMs / 1_000} s (${await why()}): it may have been done, or may yet be. Look at it when they answer again.`;
      throw notNow(new ClusterUnavailableError(said), said);
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
  return error instanceof MisdirectedError ? notNow(error, error.message) : error;
}

async function forward(
  peers: Pick<Peers, 'forward'>,
  host: string,
  { request, response, key, signingKey, body }: CheckedRequest,
): Promise<void> {
  await peers.forward(host, request, response, { key, signingKey }, body);
}

function notNow(cause: Error, message: string): ApiError {
  return new ApiError('ServiceException', message, { status: 503, retryAfterSeconds: 1, cause });
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
