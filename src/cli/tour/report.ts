import { startMsPromised } from '../../model/start-path.ts';
import { launcher } from '../context.ts';
import { formatMs, paint } from '../output/style.ts';
import { table } from '../output/table.ts';
import type { PictureResult } from './picture.ts';
import type { StartRow } from './start-paths.ts';

/** All that happened on one driver. */
export interface TourResult {
  readonly driver: string;
  readonly starts: readonly StartRow[];
  readonly picture: PictureResult;
}

function verdict(row: StartRow): string {
  if (row.taken !== row.path) return paint('red', `✗ took ${row.taken}`);
  if (!row.promised) return paint('dim', 'no promise yet');
  return row.kept ? paint('green', `✓ < ${startMsPromised} ms`) : paint('red', `✗ ≥ ${startMsPromised} ms`);
}

/** What happened, start by start. */
export function startsTable(starts: readonly StartRow[]): string {
  const rows = starts.map((row) => [
    paint('bold', row.path),
    row.because,
    row.instance,
    row.container,
    formatMs(row.startMs),
    verdict(row),
  ]);
  return table(
    [
      { heading: 'START PATH' },
      { heading: 'BECAUSE' },
      { heading: 'INSTANCE' },
      { heading: 'CONTAINER' },
      { heading: 'REQUEST → CODE', align: 'right' },
      { heading: 'PROMISE' },
    ],
    rows,
  );
}

/** The same starts on several drivers, side by side. */
export function sideBySide(results: readonly TourResult[]): string {
  const cell = (row: StartRow | undefined): string => {
    if (row === undefined) return '-';
    const mark = row.promised || !row.kept ? (row.kept ? paint('green', ' ✓') : paint('red', ' ✗')) : '  ';
    return formatMs(row.startMs) + mark;
  };
  const paths = results[0]?.starts.map((row) => row.path) ?? [];
  const rows = paths.map((path) => [
    paint('bold', path),
    ...results.map((result) => cell(result.starts.find((row) => row.path === path))),
  ]);
  rows.push([paint('bold', 'picture'), ...results.map((result) => `${formatMs(result.picture.tookMs)}  `)]);
  const columns = results.map((result) => ({ heading: `${result.driver}  `, align: 'right' }) as const);
  return table([{ heading: 'START PATH' }, ...columns], rows);
}

/** How the picture came about. */
export function pictureLines(picture: PictureResult): string {
  const how = `${picture.tiles} tiles, ${picture.parallel} at a time, on ${picture.instances} instances in ${picture.containers} containers`;
  const again = picture.retries === 0 ? '' : `, ${picture.retries} tried again`;
  return `Mandelbrot: ${how}${again}: ${formatMs(picture.tookMs)}\n  ${paint('cyan', picture.path)}`;
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
