import type { Shape } from '../../sdk/shape.ts';
import { formatBytes, paint } from '../output/style.ts';
import { table } from '../output/table.ts';

/** Event source mappings, as `/heddle/v1/sources` tells of them. */
export function sourcesTable(sources: readonly Shape[]): string {
  // Only sources that keep something until it is read have it.
  const kept = sources.some((source) => source.number('keptBytes') > 0) ? ['KEPT THERE'] : [];
  const right = ['RUNNING', 'DONE', 'FILTERED', 'FAILED', 'GIVEN UP', ...kept];
  const head = ['SOURCE', 'FUNCTION', 'STATE', ...right, 'ID', 'LAST RESULT'];
  const columns = head.map((heading) => ({ heading, align: right.includes(heading) ? 'right' : 'left' }) as const);
  const count = (source: Shape, member: string): string => source.number(member).toLocaleString('en-US');
  const rows = sources.map((source) => [
    paint('bold', sourceText(source.text('source'))),
    source.text('function'),
    source.flag('enabled') ? 'enabled' : 'disabled',
    ...['running', 'done', 'filtered'].map((member) => count(source, member)),
    source.number('failed') > 0 ? paint('red', count(source, 'failed')) : '0',
    count(source, 'givenUp'),
    ...kept.map(() => formatBytes(source.number('keptBytes'))),
    source.text('uuid'),
    source.text('last'),
  ]);
  // The last may be what a server outside said, of any length.
  return table(columns, rows, process.stdout.columns);
}

/** `orders` for a queue here, `jobs/STREAM` for what is outside. */
function sourceText(arn: string): string {
  const [, , , , , ...rest] = arn.split(':');
  return rest.join(':');
}
