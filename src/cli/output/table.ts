import { paint, visibleLength } from './style.ts';

/** One column: its heading, and on which side its cells stand. */
export interface Column {
  readonly heading: string;
  readonly align?: 'left' | 'right';
}

/**
 * Rows in columns, two spaces between them, headings dimmed on a terminal. The last column's cells may have several
 * lines; with `width` they are wrapped at spaces so that lines stay within it.
 */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], width?: number): string {
  const widths = columns.map((column, index) =>
    Math.max(column.heading.length, ...rows.map((row) => visibleLength(row[index] ?? ''))),
  );
  const lastIndex = columns.length - 1;
  const indent = widths.slice(0, lastIndex).reduce((sum, each) => sum + each + 2, 0);
  const room = width === undefined ? Number.POSITIVE_INFINITY : Math.max(24, width - indent);
  const line = (cells: readonly string[]): string =>
    columns
      .map((column, index) => {
        const cell = cells[index] ?? '';
        const padding = ' '.repeat(Math.max(0, (widths[index] ?? 0) - visibleLength(cell)));
        if (column.align === 'right') return padding + cell;
        return index === lastIndex
          ? cell
              .split('\n')
              .flatMap((part) => wrap(part, room))
              .join(`\n${' '.repeat(indent)}`)
          : cell + padding;
      })
      .join('  ')
      .trimEnd();
  const headings = line(columns.map((column) => column.heading));
  return [paint('dim', headings), ...rows.map(line)].join('\n');
}

/** Breaks a text at spaces into lines of at most `width` characters; a longer word stays whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ')) {
    if (current !== '' && visibleLength(current) + 1 + visibleLength(word) > width) {
      lines.push(current);
      current = word;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  return [...lines, current];
}
