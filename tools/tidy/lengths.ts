import { type Finding, isTest, type Source } from './source.ts';

/** Files aim at 150 lines; beyond this many lines of code they have more than one idea. */
const linesMax = 200;
/** Tests tell several stories each. */
const testLinesMax = 400;

/** Files that may be longer, and why. */
export const lengthExceptions: Readonly<Record<string, string>> = {
  'src/sdk/threads/thread/thread.ts': 'one class whose methods are the interface that users read as a whole',
  'src/sdk/threads/session/client-session.ts': 'one state machine: connecting, breaking and resuming belong together',
};

/** Lines that are neither empty nor only a comment: to explain much is no fault. */
function codeLines(text: string): number {
  return text.split('\n').filter((line) => !/^\s*($|\/\/|\/?\*)/.test(line)).length;
}

/** Files stay short. */
export function findLongFiles(sources: readonly Source[]): readonly Finding[] {
  return sources
    .filter((source) => source.path.endsWith('.ts') && lengthExceptions[source.path] === undefined)
    .flatMap((source) => {
      const lines = codeLines(source.text);
      const max = isTest(source.path) ? testLinesMax : linesMax;
      if (lines <= max) return [];
      const message = `has ${lines} lines of code, more than ${max}: split it, or say why not in tools/tidy/lengths.ts`;
      return [{ path: source.path, line: 0, message }];
    });
}
