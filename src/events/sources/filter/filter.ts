import { compilePattern, type Matcher } from './event-pattern.ts';
import { isObject } from './operators.ts';
import { PatternError } from './pattern-error.ts';

/** The longest pattern that Lambda takes, characters. */
const patternLengthMax = 4_096;

/** Compiles one pattern of an event source's filter criteria. Throws PatternError. */
function compileFilter(text: string, dataKey: string): Matcher {
  if (text.length > patternLengthMax)
    throw new PatternError(`A pattern has ${patternLengthMax} characters at most; this one has ${text.length}.`);
  let pattern: unknown;
  try {
    pattern = JSON.parse(text);
  } catch (cause) {
    throw new PatternError(`A pattern is a JSON object: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  const matches = compilePattern(pattern);
  // Whether the pattern says what fields the data has, or what text it is: only the first wants it parsed.
  const wantsFields = isObject(pattern) && isObject(pattern[dataKey]);
  const saysData = isObject(pattern) && pattern[dataKey] !== undefined;
  return (record) => {
    if (!isObject(record) || !saysData) return matches(record);
    const data = record[dataKey];
    const parsed = typeof data === 'string' ? parse(data) : data;
    // A text for a pattern of fields, and JSON for a pattern of texts, are dropped, as by Lambda.
    if (isObject(parsed) !== wantsFields) return false;
    return matches({ ...record, [dataKey]: wantsFields ? parsed : data });
  };
}

/**
 * Whether records of an event source go to its function: where one of the patterns matches, or where there is none.
 *
 * `dataKey`: the member of a record that holds what somebody sent, such as `body`; where a pattern says what fields that has, it is read as JSON.
 * Throws PatternError.
 */
export function compileFilters(patterns: readonly string[], dataKey: string): (record: object) => boolean {
  const filters = patterns.map((text) => compileFilter(text, dataKey));
  return (record) => filters.length === 0 || filters.some((matches) => matches(record));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
