/** Compares what a request has with one value of a condition. */
type Match = (has: string, value: string) => boolean;

/** How IAM's operators compare; those in `negated` hold where these do not. */
const matches: Readonly<Record<string, Match>> = {
  StringEquals: (has, value) => has === value,
  StringEqualsIgnoreCase: (has, value) => has.toLowerCase() === value.toLowerCase(),
  StringLike: isLike,
  ArnEquals: isArnLike,
  ArnLike: isArnLike,
  Bool: (has, value) => has.toLowerCase() === value.toLowerCase(),
};

const negated: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
};

const ifExists = 'IfExists';

/** IAM's operators that are understood here; each but `Null` also with `IfExists` after it. */
export const knownOperators: readonly string[] = [...Object.keys(matches), ...Object.keys(negated), 'Null'];

/** Whether a condition's operator is one of {@link knownOperators}. */
export function isKnownOperator(operator: string): boolean {
  return knownOperators.includes(baseOf(operator)) && operator !== `Null${ifExists}`;
}

/**
 * Whether an operator holds of what a request has, undefined for nothing, and one of the values of a condition. As in IAM, what is not there
 * equals nothing, and so differs from everything.
 */
export function holds(operator: string, has: string | undefined, values: readonly string[]): boolean {
  if (operator === 'Null') return values.includes(String(has === undefined));
  if (has === undefined && operator.endsWith(ifExists)) return true;
  const base = baseOf(operator);
  const match = matches[negated[base] ?? base];
  if (match === undefined) return false;
  const found = has !== undefined && values.some((value) => match(has, value));
  return negated[base] === undefined ? found : !found;
}

/** `*` stands for any text, also none, `?` for one character. */
export function isLike(has: string, pattern: string): boolean {
  // Two pointers and the last star: no pattern makes it slow.
  let [at, patternAt, starAt, triedFrom] = [0, 0, -1, 0];
  while (at < has.length) {
    const wanted = pattern[patternAt];
    if (wanted === '*') [starAt, triedFrom, patternAt] = [patternAt, at, patternAt + 1];
    else if (wanted === '?' || wanted === has[at]) [at, patternAt] = [at + 1, patternAt + 1];
    else if (starAt < 0) return false;
    else [triedFrom, at, patternAt] = [triedFrom + 1, triedFrom + 1, starAt + 1];
  }
  while (pattern[patternAt] === '*') patternAt += 1;
  return patternAt === pattern.length;
}

/** Part by part, so that a `*` does not reach over a colon but in the last of the six. */
function isArnLike(has: string, pattern: string): boolean {
  const [parts, patterns] = [partsOf(has), partsOf(pattern)];
  return parts.length === patterns.length && parts.every((part, index) => isLike(part, patterns[index] ?? ''));
}

function partsOf(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), ...(parts.length > 5 ? [parts.slice(5).join(':')] : [])];
}

function baseOf(operator: string): string {
  return operator.endsWith(ifExists) ? operator.slice(0, -ifExists.length) : operator;
}
