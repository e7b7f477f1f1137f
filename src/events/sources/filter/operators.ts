import { BlockList, isIP } from 'node:net';
import { globMatches } from '../../../model/glob.ts';
import { globParts } from './glob.ts';
import { PatternError } from './pattern-error.ts';

/** Something that is no object and no list. */
export type Leaf = string | number | boolean | null;

/** Whether a leaf is one that is wanted. */
export type LeafTest = (leaf: Leaf) => boolean;

type Compile = (operand: unknown) => LeafTest;

const text =
  (test: (value: string) => boolean): LeafTest =>
  (leaf) =>
    typeof leaf === 'string' && test(leaf);

/** EventBridge's operators for a value, by their names; those that are told apart by whether something is there are not among them. */
const operators: Readonly<Record<string, Compile>> = {
  prefix: (operand) => affix(operand, 'prefix', (value, start) => value.startsWith(start)),
  suffix: (operand) => affix(operand, 'suffix', (value, end) => value.endsWith(end)),
  'equals-ignore-case': (operand) => {
    const wanted = stringOf(operand, 'equals-ignore-case').toLowerCase();
    return text((value) => value.toLowerCase() === wanted);
  },
  wildcard: (operand) => {
    const parts = globParts(stringOf(operand, 'wildcard'));
    return text((value) => globMatches(parts, value));
  },
  numeric: numericTest,
  cidr: cidrTest,
  'anything-but': anythingBut,
};

/** Reads `{"prefix": "a"}` and the like. Throws PatternError. */
export function operatorTest(name: string, operand: unknown): LeafTest {
  const compile = Object.hasOwn(operators, name) ? operators[name] : undefined;
  if (compile === undefined)
    throw new PatternError(
      `There is no operator '${name.slice(0, 40)}'; there are ${Object.keys(operators).join(', ')} and exists.`,
    );
  return compile(operand);
}

function affix(operand: unknown, name: string, test: (value: string, wanted: string) => boolean): LeafTest {
  if (isObject(operand)) {
    const wanted = stringOf(only(operand, name, 'equals-ignore-case'), name).toLowerCase();
    return text((value) => test(value.toLowerCase(), wanted));
  }
  const wanted = stringOf(operand, name);
  return text((value) => test(value, wanted));
}

const listable: ReadonlySet<string> = new Set(['prefix', 'suffix', 'equals-ignore-case', 'wildcard']);

/** A value, a list of them, or an operator on texts with one operand or several: anything that is none of these. */
function anythingBut(operand: unknown): LeafTest {
  if (isObject(operand)) {
    const [name = '', ...more] = Object.keys(operand);
    if (more.length > 0 || !listable.has(name))
      throw new PatternError(
        `anything-but takes one of ${[...listable].join(', ')}; it has '${Object.keys(operand).join(', ').slice(0, 60)}'.`,
      );
    const of = operand[name];
    const tests = listOf(of, `anything-but ${name}`).map((each) => operatorTest(name, each));
    // What is no text is none of these, and no text either: it is not what was meant.
    return (leaf) => typeof leaf === 'string' && !tests.some((test) => test(leaf));
  }
  const values = listOf(operand, 'anything-but');
  if (!values.every((each) => typeof each === 'string') && !values.every((each) => typeof each === 'number'))
    throw new PatternError('anything-but takes texts or numbers, and not both.');
  return (leaf) => leaf !== null && typeof leaf !== 'boolean' && !values.some((each) => each === leaf);
}

const comparisons: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};
/** As EventBridge has it. */
const numericMax = 5e9;

function numericTest(operand: unknown): LeafTest {
  const list: readonly unknown[] = Array.isArray(operand) ? operand : [];
  if (list.length !== 2 && list.length !== 4)
    throw new PatternError('numeric takes one or two comparisons, as in [">", 0, "<=", 5].');
  const tests = [list.slice(0, 2), list.slice(2)]
    .filter(({ length }) => length > 0)
    .map(([sign, bound]) => {
      const compare = typeof sign === 'string' && Object.hasOwn(comparisons, sign) ? comparisons[sign] : undefined;
      if (compare === undefined)
        throw new PatternError(`numeric compares by =, <, <=, > or >=; it has '${String(sign).slice(0, 20)}'.`);
      if (typeof bound !== 'number' || Math.abs(bound) > numericMax)
        throw new PatternError(
          `numeric compares with a number from -5e9 to 5e9; it has '${String(bound).slice(0, 20)}'.`,
        );
      return (value: number) => compare(value, bound);
    });
  return (leaf) => typeof leaf === 'number' && tests.every((test) => test(leaf));
}

function cidrTest(operand: unknown): LeafTest {
  const [address = '', bits = '', more] = stringOf(operand, 'cidr').split('/');
  const family = isIP(address);
  const length = Number(bits);
  if (family === 0 || more !== undefined || !/^\d{1,3}$/.test(bits) || length > (family === 4 ? 32 : 128))
    throw new PatternError(
      `cidr takes an address and bits, as in 10.0.0.0/24; it has '${String(operand).slice(0, 60)}'.`,
    );
  const range = new BlockList();
  range.addSubnet(address, length, family === 4 ? 'ipv4' : 'ipv6');
  return text((value) => isIP(value) === family && range.check(value, family === 4 ? 'ipv4' : 'ipv6'));
}

function stringOf(value: unknown, name: string): string {
  if (typeof value === 'string' && (value !== '' || name === 'equals-ignore-case')) return value;
  throw new PatternError(`${name} takes a text that is not empty; it has ${JSON.stringify(value)?.slice(0, 60)}.`);
}

function listOf(value: unknown, name: string): readonly unknown[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw new PatternError(`${name} takes a value or a list of them; the list is empty.`);
  return list;
}

function only(operand: Readonly<Record<string, unknown>>, name: string, wanted: string): unknown {
  const keys = Object.keys(operand);
  if (keys.length === 1 && keys[0] === wanted) return operand[wanted];
  throw new PatternError(`${name} takes a text or {"${wanted}": text}; it has '${keys.join(', ').slice(0, 60)}'.`);
}

/** Whether something is a JSON object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
