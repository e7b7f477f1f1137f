import type { Clock } from '../../../model/clock.ts';
import type { LogLine } from '../../../model/dashboard/logs.ts';
import { logEvents, type LogEvent } from '../../aws/logs/log-events.ts';
import type { LogGroup } from '../../aws/logs/log-groups.ts';
import { TailedFunctions } from '../../aws/logs/live-tail/tailed-functions.ts';
import type { FrontendOptions } from '../../context.ts';
import { Levels } from './level.ts';
import { LineIds } from './line-ids.ts';
import { NewestLines } from './newest-lines.ts';
import { PendingLines } from './pending-lines.ts';
import type { AtOnce } from '../../../model/at-once.ts';
import { wants, type WantedLines } from './wanted.ts';

/** Functions that are read at most, where none is named. */
const functionsMax = 500;
/** How often the reader is told that the service is there, and it is looked which functions there are, ms. */
const beatMs = 5_000;

/** `turns`: in which logs are read, by all who read some. */
type Parts = Pick<FrontendOptions, 'logs' | 'store' | 'clock' | 'logger'> & { readonly turns: Pick<AtOnce, 'take'> };

/** Lines that are wanted: of the past in order of time, and then what comes. Ends when `signal` fires. Throws where what was printed before cannot be read. */
export async function* logLines(
  parts: Parts,
  account: string,
  wanted: WantedLines,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const [levels, ids] = [new Levels(), new LineIds()];
  const { clock, logger } = parts;
  const pending = new PendingLines();
  const take = (functionName: string, event: LogEvent): LogLine | undefined => {
    const line = lineOf(functionName, event, levels);
    return wants(wanted, line) ? line : undefined;
  };
  const failed = (err: unknown): void => {
    logger.error({ err }, 'A log cannot be read for the dashboard.');
    pending.end();
  };
  using tailed = new TailedFunctions(
    parts.logs,
    account,
    (event) => {
      const line = take(event.group, { ...event, position: ids.of(event) });
      if (line !== undefined) pending.put(line);
    },
    failed,
  );
  const end = (): void => pending.end();
  signal.addEventListener('abort', end, { once: true });
  // The signal may live as long as a connection on which much is asked.
  using _heard = { [Symbol.dispose]: () => signal.removeEventListener('abort', end) };
  // Listening begins before reading, so that nothing falls between.
  let lookedAtMs = Math.floor(clock.wall());
  const names = await namesOf(parts, account, wanted);
  if (wanted.follow) tailed.follow(names.map(groupOf), lookedAtMs);
  const past = pastLines(parts, account, wanted, names, { before: lookedAtMs, take, signal });
  yield* signsUntil(past, clock);
  yield linesOf(await past);
  if (!wanted.follow || signal.aborted) return;
  const look = async (): Promise<void> => {
    const atMs = Math.floor(clock.wall());
    tailed.follow((await namesOf(parts, account, wanted)).map(groupOf), lookedAtMs);
    lookedAtMs = atMs;
  };
  let timer = clock.timer(beatMs, beat);
  function beat(): void {
    pending.nudge();
    if (wanted.functions.length === 0) look().catch(failed);
    timer = clock.timer(beatMs, beat);
  }
  try {
    for await (const news of pending.news()) yield linesOf(news.map((one) => JSON.stringify(one)));
  } finally {
    timer[Symbol.dispose]();
  }
}

/** Says that the service is there, until something is over. */
async function* signsUntil(work: Promise<unknown>, clock: Clock): AsyncGenerator<string, void> {
  let over = false;
  const end = (): boolean => (over = true);
  const ended = work.then(end, end);
  while (!over) {
    const beat = Promise.withResolvers<void>();
    using _timer = clock.timer(beatMs, beat.resolve);
    await Promise.race([ended, beat.promise]);
    if (!over) yield linesOf([]);
  }
}

async function namesOf({ store }: Parts, account: string, { functions }: WantedLines): Promise<readonly string[]> {
  if (functions.length > 0) return functions;
  return (await store.functions.list(account, '', functionsMax)).map(({ latest }) => latest.name);
}

/** Of what was printed before a time, the newest lines that are wanted, as JSON. One log after the other: each may be megabytes. */
async function pastLines(
  { logs, turns }: Parts,
  account: string,
  { sinceWallMs, lines: linesMax }: WantedLines,
  names: readonly string[],
  { before, take, signal }: PastParts,
): Promise<readonly string[]> {
  const newest = new NewestLines(linesMax);
  if (linesMax === 0) return [];
  for (const name of names) {
    if (signal.aborted) return [];
    await turns.take(async () => {
      const entries = await logs.read(account, name, { sinceWallMs, limit: Number.MAX_SAFE_INTEGER });
      for (const event of logEvents(entries, await logs.running(account, name))) {
        const line = event.timestamp >= sinceWallMs && event.timestamp < before ? take(name, event) : undefined;
        if (line !== undefined) newest.add(line);
      }
    });
  }
  return newest.taken();
}

interface PastParts {
  readonly before: number;
  readonly take: (name: string, event: LogEvent) => LogLine | undefined;
  readonly signal: AbortSignal;
}

function groupOf(name: string): LogGroup {
  return { name, arn: name, createdAt: 0, functions: [name] };
}

function lineOf(functionName: string, event: LogEvent, levels: Levels): LogLine {
  const { position: id, timestamp: at, requestId, message } = event;
  const text = message.endsWith('\n') ? message.slice(0, -1) : message;
  return { id, at, function: functionName, requestId, level: levels.of(requestId, text), text };
}

/** A line each; an empty one where there is nothing. */
function linesOf(texts: readonly string[]): string {
  return texts.length === 0 ? '\n' : texts.map((text) => `${text}\n`).join('');
}
