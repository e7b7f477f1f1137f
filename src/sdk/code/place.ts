import { fileOf, readSource } from '../platform/source.ts';

/** Where a function stands in the caller's source: a line and a column from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Whether the function begins there; else it was only started there. */
  readonly exact: boolean;
}

/** Files that a stack leads through, nearest first; Node's own left out. */
export function framesOf(stack: string): readonly Place[] {
  return stack.split('\n').flatMap((frame) => {
    const match = /^\s+at (?:async )?(?:.*\()?((?:file|https?):\/\/.*?|\/.*?):(\d+):(\d+)\)?$/.exec(frame);
    if (match?.[1] === undefined || match[1].includes('<anonymous>')) return [];
    return [{ file: fileOf(match[1]), line: Number(match[2]), column: Number(match[3]), exact: false }];
  });
}

/** Whether a function's text stands at a position of a source; where the text has a space, the source may have a type. */
function standsAt(source: string, index: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (source[index + i] !== text[i] && !/\s/.test(text[i] ?? '')) return false;
  return true;
}

/** Indexes where a function's text stands in a source. Node strips types by writing spaces over them. */
function occurrences(source: string, text: string): readonly number[] {
  const anchor = /^\S+/.exec(text)?.[0] ?? text;
  const found: number[] = [];
  for (let index = source.indexOf(anchor); index !== -1; index = source.indexOf(anchor, index + 1))
    if (standsAt(source, index, text)) found.push(index);
  return found;
}

/** The index of a line and column. */
function indexOf(source: string, { line, column }: Place): number {
  return source.split('\n', line - 1).reduce((sum, text) => sum + text.length + 1, 0) + column - 1;
}

/** The line and column of an index, both from 1. */
export function lineColumn(text: string, index: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, index);
  return { line: before.split('\n').length, column: index - before.lastIndexOf('\n') };
}

/**
 * Finds a function by its text in the files of a stack, the nearest first. Where a file has it more than once, the first
 * one behind the call counts. Where no file has it (what runs is not what was written), the place of the call; undefined
 * where the stack names no file.
 */
export function placeOf(text: string, stack: string): Place | undefined {
  const frames = framesOf(stack);
  const files = new Map<string, Place>();
  for (const frame of frames) if (!files.has(frame.file)) files.set(frame.file, frame);
  for (const [file, frame] of files) {
    const source = readSource(file);
    if (source === undefined) continue;
    const found = occurrences(source, text);
    const call = indexOf(source, frame);
    const index = found.length === 1 ? found[0] : found.find((candidate) => candidate >= call);
    if (index !== undefined) return { file, ...lineColumn(source, index), exact: true };
  }
  return frames[0];
}
