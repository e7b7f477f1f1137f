import { jsonPattern } from './json-pattern.ts';
import { invalidPattern } from './invalid-pattern.ts';

/** Whether an event's message is wanted. */
export type Matcher = (message: string) => boolean;

const everything: Matcher = () => true;
/** What AWS takes at most. */
const lengthMax = 1_024;

/**
 * Reads a filter pattern of CloudWatch Logs: words and quoted phrases that all must be there, `-` before one that must not be, `?` before
 * those of which one must be, or an expression on a message that is JSON. Case counts. Throws InvalidParameterException.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function filterPattern(text: string): Matcher {
  if (text.length > lengthMax)
    throw invalidPattern(`it has ${text.length} characters; at most ${lengthMax} are allowed`);
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === '""') return everything;
  if (trimmed.startsWith('{')) return jsonPattern(trimmed);
  if (trimmed.startsWith('[')) throw invalidPattern('patterns of fields between spaces ([a, b]) are not in Heddle');
  return termsPattern(trimmed);
}

const term = /\s*([-?]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))/y;

function termsPattern(text: string): Matcher {
  const terms = { '': [] as string[], '-': [] as string[], '?': [] as string[] };
  term.lastIndex = 0;
  while (term.lastIndex < text.length) {
    const [, sign = '', quoted, bare = ''] = term.exec(text) ?? [];
    if (term.lastIndex === 0) throw invalidPattern('a quotation mark is not closed');
    if (bare.startsWith('%')) throw invalidPattern('regular expressions (%…%) are not in Heddle');
    const words = quoted === undefined ? bare : quoted.replaceAll(/\\(.)/g, '$1');
    if (sign === '' || sign === '-' || sign === '?') terms[sign].push(words);
  }
  const { '': all, '-': none, '?': oneOf } = terms;
  // As AWS has it: beside others, those of which one is enough say nothing.
  if (all.length === 0 && none.length === 0) return (message) => oneOf.some((words) => message.includes(words));
  return (message) => all.every((words) => message.includes(words)) && !none.some((words) => message.includes(words));
}
