import { ApiError } from '../../../api/errors.ts';
import { argumentCharactersMax, namedTopicsMax, topicsMax } from '../../../model/dashboard/stream.ts';
import type { FrontendOptions } from '../../context.ts';
import type { ApiReply, ApiRequest } from '../../routes/operation.ts';
import type { Runs } from '../../routes/loaded-later.ts';
import type { Topic, Viewer } from '../topic.ts';
import { openTopics } from '../topics.ts';
import { Feed } from './feed.ts';
import { viewing } from './viewing.ts';

/** Streams at once, of an account and of all; whoever runs the service finds room beyond that. */
const ofAccountMax = 32;
const ofAllMax = 256;
/** Who takes nothing of what is sent for so long is not there any more, ms. */
const silentMsMax = 60_000;

/** How the stream of state is answered. `here`: topics as this host has them; `stopping` ends all streams. */
export function streamRuns(
  options: FrontendOptions,
  here: ReadonlyMap<string, Topic>,
  stopping: AbortSignal,
): Runs<'WatchState'> {
  const topics = openTopics(options, here);
  const { clock, logger } = options;
  const failed = (topic: string, error: unknown): void =>
    logger.error({ topic, err: error }, 'A topic of the dashboard failed.');
  const feeds = new Map<string, { readonly feed: Feed; watchers: number }>();
  const viewers = new Map<string, number>();

  /** The feed of a topic for an account, which is forgotten when nobody watches it any longer. */
  const take = (
    topic: Topic,
    viewer: Viewer,
    argument: string,
  ): { readonly feed: Feed; readonly leave: () => void } => {
    const key = JSON.stringify([topic.name, viewer.account, argument]);
    const held = feeds.get(key) ?? { feed: new Feed(topic, viewer, argument, { clock, failed }), watchers: 0 };
    feeds.set(key, held);
    held.watchers += 1;
    const leave = (): void => {
      held.watchers -= 1;
      if (held.watchers === 0) feeds.delete(key);
    };
    return { feed: held.feed, leave };
  };

  async function* stream(
    viewer: Viewer,
    wanted: ReadonlyMap<string, Wanted>,
    gone: AbortSignal,
  ): AsyncGenerator<string> {
    const { account } = viewer;
    viewers.set(account, (viewers.get(account) ?? 0) + 1);
    const taken = [...wanted].map(([name, { topic, argument }]) => ({ name, ...take(topic, viewer, argument) }));
    try {
      yield* viewing(new Map(taken.map(({ name, feed }) => [name, feed])), clock, gone);
    } finally {
      for (const { leave } of taken) leave();
      const left = (viewers.get(account) ?? 1) - 1;
      if (left === 0) viewers.delete(account);
      else viewers.set(account, left);
    }
  }

  return {
    async WatchState(request): Promise<ApiReply> {
      const viewer = await viewerOf(options, request);
      const wanted = wantedOf(request, topics, viewer);
      checkRoom(viewers, viewer);
      const gone = AbortSignal.any([request.over(), stopping]);
      const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' };
      return { status: 200, headers, body: stream(viewer, wanted, gone), silentMsMax };
    },
  };
}

interface Wanted {
  readonly topic: Topic;
  readonly argument: string;
}

async function viewerOf({ store }: FrontendOptions, { scope }: ApiRequest): Promise<Viewer> {
  const own = (await store.accounts.list()).find(({ id }) => id === scope.account);
  return { account: scope.account, operator: own?.operator === true };
}

/** What is asked for, by how it was asked for. Throws ApiError. */
function wantedOf(
  request: ApiRequest,
  topics: ReadonlyMap<string, Topic>,
  viewer: Viewer,
): ReadonlyMap<string, Wanted> {
  const names = (request.query('topics') ?? '').split(',').filter((name) => name !== '');
  if (names.length === 0 || names.length > topicsMax)
    throw invalid(`Say with topics= what is to be watched: 1 to ${topicsMax} of ${[...topics.keys()].join(', ')}.`);
  if (names.filter((name) => name.includes(':')).length > namedTopicsMax)
    throw invalid(`At most ${namedTopicsMax} topics of a stream may have something behind a colon.`);
  return new Map(
    names.map((asked) => {
      const [, name = '', argument = ''] = /^([^:]*):?(.*)$/s.exec(asked) ?? [];
      const topic = topics.get(name);
      if (topic === undefined)
        throw invalid(
          `There is no topic ${JSON.stringify(name.slice(0, 64))}; there are ${[...topics.keys()].join(', ')}.`,
        );
      // Each would be asked for on its own, as often as there are arguments.
      if (argument !== '' && topic.ofOne !== true)
        throw invalid(`The topic ${name} is about all that the account has: nothing may stand behind a colon.`);
      if (argument.length > argumentCharactersMax)
        throw invalid(
          `What is said behind ${name}: may have ${argumentCharactersMax} characters, and has ${argument.length}.`,
        );
      if (topic.operatorsOnly === true && !viewer.operator)
        throw new ApiError(
          'AccessDeniedException',
          `The topic ${name} is for the operator's account only: use the key in the credentials file of the service's home.`,
        );
      return [asked, { topic, argument: decoded(argument) }];
    }),
  );
}

/** Arguments are percent-encoded within the list, as they may hold commas. */
function decoded(argument: string): string {
  try {
    return decodeURIComponent(argument);
  } catch (cause) {
    throw new ApiError('InvalidParameterValueException', `${argument} is not percent-encoded.`, { cause });
  }
}

function checkRoom(viewers: ReadonlyMap<string, number>, { account, operator }: Viewer): void {
  const all = [...viewers.values()].reduce((sum, count) => sum + count, 0);
  if ((viewers.get(account) ?? 0) < ofAccountMax && (operator || all < ofAllMax)) return;
  throw new ApiError(
    'TooManyRequestsException',
    `There are as many viewers as there may be: ${ofAccountMax} of an account, ${ofAllMax} in all. Close one.`,
    { retryAfterSeconds: 5 },
  );
}

function invalid(message: string): ApiError {
  return new ApiError('InvalidParameterValueException', message);
}
