import { ApiError } from '../../api/errors.ts';
import type { Clock } from '../../model/clock.ts';
import type { FrontendOptions } from '../context.ts';
import type { AccountEvents } from '../events.ts';
import { callersHome, smallBodyBytesMax } from '../routes/operation.ts';
import type { Operation } from '../routes/operation.ts';

const queuesMax = 1_000;

/** The account's queues, the fullest first: `name`, `ready`, `inFlight`, `delayed`, `bytes`, `oldestMs`, `deadLettered`, `expired`, `deadLetter`. */
export function getQueues({ events, clock }: FrontendOptions): Operation {
  return {
    name: 'GetQueues',
    method: 'GET',
    path: '/heddle/v1/queues',
    bodyBytesMax: smallBodyBytesMax,
    home: callersHome,
    run: async ({ scope }) => ({
      status: 200,
      body: { queues: await queuesShown(events, clock, scope.account, queuesMax) },
    }),
  };
}

/** One of them: `name`, `ready`, `inFlight`, `inFlightUntil` (when the last of these is visible again), `delayed` and so on, and `now`. */
export function getQueue({ events, clock }: FrontendOptions): Operation {
  return {
    name: 'GetQueue',
    method: 'GET',
    path: '/heddle/v1/queues/:name',
    bodyBytesMax: smallBodyBytesMax,
    home: callersHome,
    run: async (request) => {
      const name = request.parameter('name');
      const used = await events.of(request.scope.account).inUse();
      const found = await used?.queues.admin.find({ account: request.scope.account, name });
      if (found === undefined)
        throw new ApiError('ResourceNotFoundException', `There is no queue ${name.slice(0, 100)}.`);
      const { depth, inFlightUntil } = found;
      const until = inFlightUntil === undefined ? {} : { inFlightUntil };
      return { status: 200, body: { name, ...depth, ...until, now: clock.wall() } };
    },
  };
}

/** `oldestMs`: the age of the oldest message, where there is one. */
export async function queuesShown(
  events: Pick<AccountEvents, 'find'>,
  clock: Clock,
  account: string,
  max: number,
): Promise<readonly object[]> {
  const used = await events.find(account)?.inUse();
  const all = (await used?.queues.admin.overview(max, account)) ?? [];
  return all.map(({ account: _own, oldestAt, ...one }) => ({
    ...one,
    ...(oldestAt !== undefined && { oldestMs: Math.max(0, clock.wall() - oldestAt) }),
  }));
}
