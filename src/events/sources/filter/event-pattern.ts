import { isObject, operatorTest, type Leaf, type LeafTest } from './operators.ts';
import { PatternError } from './pattern-error.ts';

/** Whether an event, or a part of one, is as a pattern wants it. `undefined` stands for what is not there. */
export type Matcher = (value: unknown) => boolean;

const depthMax = 32;
const rulesMax = 1_000;

/**
 * Compiles an event pattern with EventBridge's content filters
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html). Lists of an event match where one of their elements
 * does, as a whole. Throws PatternError.
 */
export function compilePattern(pattern: unknown): Matcher {
  if (!isObject(pattern)) throw new PatternError('A pattern is a JSON object.');
  return objectMatcher(pattern, 0, { left: rulesMax });
}

interface Budget {
  left: number;
}

function objectMatcher(pattern: Readonly<Record<string, unknown>>, depth: number, budget: Budget): Matcher {
  if (depth > depthMax) throw new PatternError(`A pattern goes ${depthMax} levels deep at most.`);
  const entries = Object.entries(pattern);
  if (entries.length === 0)
    throw new PatternError('A pattern, and each object in it, says something of at least one field.');
  const tests = entries.map(([name, rule]): Matcher => {
    if (name === '$or') return orMatcher(rule, depth, budget);
    const field = fieldMatcher(name, rule, depth, budget);
    return (value) => field(isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined);
  });
  const object: Matcher = (value) => tests.every((test) => test(value));
  // Fields of one element are held against the pattern together.
  return (value) => (Array.isArray(value) ? value.some((each: unknown) => object(each)) : object(value));
}

function orMatcher(rule: unknown, depth: number, budget: Budget): Matcher {
  if (!Array.isArray(rule) || rule.length < 2) throw new PatternError('$or takes a list of at least two patterns.');
  const ways = rule.map((way: unknown) => {
    if (!isObject(way)) throw new PatternError('$or takes a list of at least two patterns.');
    return objectMatcher(way, depth + 1, budget);
  });
  return (value) => ways.some((way) => way(value));
}

function fieldMatcher(name: string, rule: unknown, depth: number, budget: Budget): Matcher {
  if (isObject(rule)) return objectMatcher(rule, depth + 1, budget);
  if (!Array.isArray(rule) || rule.length === 0)
    throw new PatternError(
      `'${name.slice(0, 60)}' takes a list of values and operators, or an object; it has ${JSON.stringify(rule)?.slice(0, 60)}.`,
    );
  budget.left -= rule.length;
  if (budget.left < 0) throw new PatternError(`A pattern has ${rulesMax} values and operators at most.`);
  const ways = rule.map((each: unknown) => wayMatcher(each));
  return (value) => ways.some((way) => way(value));
}

function wayMatcher(rule: unknown): Matcher {
  if (Array.isArray(rule)) throw new PatternError('A list of values has no lists in it.');
  if (!isObject(rule)) return anyLeaf((leaf) => leaf === rule);
  const [name = '', ...more] = Object.keys(rule);
  if (name === '' || more.length > 0)
    throw new PatternError(
      `An operator is one name and what it takes; there is '${Object.keys(rule).join(', ').slice(0, 60)}'.`,
    );
  if (name !== 'exists') return anyLeaf(operatorTest(name, rule[name]));
  const wanted = rule[name];
  if (typeof wanted !== 'boolean') throw new PatternError('exists takes true or false.');
  const there = anyLeaf(() => true);
  return (value) => there(value) === wanted;
}

/** Of a list it is enough that one element is; objects have no value of their own. */
function anyLeaf(test: LeafTest): Matcher {
  const matches: Matcher = (value) => {
    if (Array.isArray(value)) return value.some(matches);
    return isLeaf(value) && test(value);
  };
  return matches;
}

function isLeaf(value: unknown): value is Leaf {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
