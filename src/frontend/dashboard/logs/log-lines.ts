import type { LogLine, LogNews } from '../../../model/dashboard/logs.ts';
import { logEvents, type LogEvent } from '../../aws/logs/log-events.ts';
import type { LogGroup } from '../../aws/logs/log-groups.ts';
import { TailedFunctions } from '../../aws/logs/live-tail/tailed-functions.ts';
import type { FrontendOptions } from '../../context.ts';
import { Levels } from './level.ts';
import { LineIds } from './line-ids.ts';
import { PendingLines } from './pending-lines.ts';
import { wants, type WantedLines } from './wanted.ts';

/** Functions that are read at most, where none is named. */
const functionsMax = 500;
/** How many logs are read at the same time: each may be megabytes. */
const togetherMax = 4;
/** How often the reader is told that the service is there, and it is looked which functions there are, ms. */
const beatMs = 5_000;

type Parts = Pick<FrontendOptions, 'logs' | 'store' | 'clock' | 'logger'>;

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
  const past = await pastLines(parts, account, wanted, names, { before: lookedAtMs, take });
  yield textOf(past);
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
    for await (const news of pending.news()) yield textOf(news);
  } finally {
    timer[Symbol.dispose]();
  }
}

async function namesOf({ store }: Parts, account: string, { functions }: WantedLines): Promise<readonly string[]> {
  if (functions.length > 0) return functions;
  return (await store.functions.list(account, '', functionsMax)).map(({ latest }) => latest.name);
}

/** Of what was printed before a time, the newest lines that are wanted. */
async function pastLines(
  { logs }: Parts,
  account: string,
  { sinceWallMs, lines: linesMax }: WantedLines,
  names: readonly string[],
  { before, take }: { before: number; take: (name: string, event: LogEvent) => LogLine | undefined },
): Promise<readonly LogLine[]> {
  if (linesMax === 0) return [];
  let found: LogLine[] = [];
  const newest = (): LogLine[] => found.toSorted((a, b) => (a.id < b.id ? -1 : 1)).slice(-linesMax);
  const left = [...names];
  const readOn = async (): Promise<void> => {
    for (let name = left.pop(); name !== undefined; name = left.pop()) {
      const own = name;
      const entries = await logs.read(account, own, { sinceWallMs, limit: Number.MAX_SAFE_INTEGER });
      const lines = logEvents(entries, await logs.running(account, own)).flatMap((event) => {
        const line = event.timestamp >= sinceWallMs && event.timestamp < before ? take(own, event) : undefined;
        return line === undefined ? [] : [line];
      });
      found.push(...lines.slice(-linesMax));
      if (found.length > 2 * linesMax) found = newest();
    }
  };
  await Promise.all(Array.from({ length: togetherMax }, readOn));
  return newest();
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
function textOf(news: readonly LogNews[]): string {
  return news.length === 0 ? '\n' : news.map((one) => `${JSON.stringify(one)}\n`).join('');
}
