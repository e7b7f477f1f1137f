import { startMsPromised } from '../../model/invocations/start-path.ts';
import { launcher } from '../context.ts';
import { formatMb, formatMs, paint } from '../output/style.ts';
import { table } from '../output/table.ts';
import type { ConfigurationRow } from './configurations.ts';
import type { ConnectionRow } from './connections.ts';
import type { PictureResult } from './picture.ts';
import type { StartRow } from './start-row.ts';

/** All that happened on one driver. */
export interface TourResult {
  readonly driver: string;
  readonly starts: readonly StartRow[];
  readonly configurations: readonly ConfigurationRow[];
  readonly connections: readonly ConnectionRow[];
  readonly picture: PictureResult;
}

function verdict(row: StartRow): string {
  if (row.taken !== row.path) return paint('red', `✗ took ${row.taken}`);
  return row.promised ? mark(row.kept) : paint('dim', 'no promise');
}

function mark(kept: boolean): string {
  return kept ? paint('green', `✓ < ${startMsPromised} ms`) : paint('red', `✗ ≥ ${startMsPromised} ms`);
}

/** What happened, start by start. */
export function startsTable(starts: readonly StartRow[]): string {
  const rows = starts.map((row) => [
    paint('bold', row.path),
    row.because,
    formatMs(row.startMs),
    verdict(row),
    paint('dim', `${shortId(row.instance)} ${shortId(row.container)}`),
  ]);
  return table(
    [
      { heading: 'START PATH' },
      { heading: 'BECAUSE' },
      { heading: 'TO CODE', align: 'right' },
      { heading: 'PROMISE' },
      { heading: 'WHERE' },
    ],
    rows,
  );
}

/** First calls, by runtime and memory. */
export function configurationsTable(configurations: readonly ConfigurationRow[]): string {
  const rows = configurations.map((row) => [
    paint('bold', row.runtime),
    formatMb(row.memoryMb),
    row.path,
    formatMs(row.startMs),
    mark(row.kept),
  ]);
  return table(
    [
      { heading: 'RUNTIME' },
      { heading: 'MEMORY', align: 'right' },
      { heading: 'FIRST CALL' },
      { heading: 'TO CODE', align: 'right' },
      { heading: 'PROMISE' },
    ],
    rows,
  );
}

/** What a function reached, and what not, with what its log says of that. */
export function connectionsTable(connections: readonly ConnectionRow[]): string {
  const rows = connections.map(({ url, allowed, outcome, ms }) => [
    paint('bold', url),
    allowed ? paint('green', '✓ allowed') : paint('red', '✗ refused'),
    formatMs(ms),
    outcome,
  ]);
  const columns = [
    { heading: 'CONNECTION' },
    { heading: 'POLICY' },
    { heading: 'TOOK', align: 'right' },
    { heading: 'CODE GOT' },
  ] as const;
  const words = connections.flatMap(({ log }) => (log === '' ? [] : [`  ${paint('dim', log)}`]));
  return [table(columns, rows), ...words].join('\n');
}

/** The same starts on several drivers, side by side. */
export function sideBySide(results: readonly TourResult[]): string {
  const cell = (startMs: number, sign: string): string => formatMs(startMs) + sign;
  const sign = (kept: boolean): string => (kept ? paint('green', ' ✓') : paint('red', ' ✗'));
  const starts = results[0]?.starts.map(({ path }) => path) ?? [];
  const kinds = results[0]?.configurations ?? [];
  const row = (title: string, cellOf: (result: TourResult) => string | undefined): string[] => [
    paint('bold', title),
    ...results.map((result) => cellOf(result) ?? '-  '),
  ];
  const rows = [
    ...starts.map((path) =>
      row(path, ({ starts: own }) => {
        const found = own.find((start) => start.path === path);
        return found && cell(found.startMs, found.promised || !found.kept ? sign(found.kept) : '  ');
      }),
    ),
    ...kinds.map(({ runtime, memoryMb }) =>
      row(`${runtime} ${formatMb(memoryMb)}`, ({ configurations }) => {
        const found = configurations.find((one) => one.runtime === runtime && one.memoryMb === memoryMb);
        return found && cell(found.startMs, sign(found.kept));
      }),
    ),
    row('picture', ({ picture }) => `${formatMs(picture.tookMs)}  `),
  ];
  const heads = results.map((result) => ({ heading: `${result.driver}  `, align: 'right' }) as const);
  return table([{ heading: 'START PATH, FIRST CALL' }, ...heads], rows);
}

/** Enough to see which are the same, in a line of 80 characters. */
function shortId(id: string): string {
  return id.slice(0, 6);
}

/** How the picture came about. */
export function pictureLines(picture: PictureResult): string {
  const where = `in ${counted(picture.containers, 'container')} on ${counted(picture.instances, 'instance')}`;
  const how = `${picture.tiles} tiles, ${picture.parallel} at a time, ${where}`;
  const again = picture.retries === 0 ? '' : `, ${picture.retries} tried again`;
  return `Mandelbrot: ${how}${again}: ${formatMs(picture.tookMs)}\n  ${paint('cyan', picture.path)}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** How to call the service from elsewhere; every line can be copied. */
export function howTo(home: string | undefined): string {
  const heddle = launcher();
  const env = home === undefined ? `${heddle} env` : `${heddle} env --home ${home}`;
  const title = (text: string): string => paint('bold', text);
  return `${title('Call it yourself')}, in another terminal:

  eval "$(${env})"

${title('  AWS CLI')}
  echo '{"name": "Ada"}' | aws lambda invoke --function-name hello --payload fileb:///dev/stdin /dev/stdout

${title('  curl')}
  curl --aws-sigv4 "aws:amz:$AWS_REGION:lambda" --user "$(${heddle} env --key)" -d '{"name": "Ada"}' \\
    "$AWS_ENDPOINT_URL_LAMBDA/2015-03-31/functions/hello/invocations"

${title('  JavaScript')} (npm install @aws-sdk/client-lambda)
  import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
  const answer = await new LambdaClient().send(new InvokeCommand({ FunctionName: 'hello', Payload: '{"name": "Ada"}' }));
  console.log(answer.Payload.transformToString());

${title('  heddle')}
  ${heddle} invoke hello --payload '{"name": "Ada"}'
  ${heddle} ps --watch
  ${heddle} logs hello --follow
`;
}
