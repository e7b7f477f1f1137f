import type { Bounds, Shape, StringRules } from './shape.ts';

/** What one value is refused for: the value as AWS prints it, where it stands, and what it should be. */
export interface Fault {
  /** As in Java's `toString`; `undefined` for one that is not to be repeated. */
  readonly shown: string | undefined;
  readonly member: string;
  readonly constraint: string;
}

/** What has a pattern and no length of its own is never longer. */
const patternLengthMax = 20_480;

/** Where values are refused, nothing longer is repeated. */
const shownMax = 1_024;

/** What every value of a shape must be, in AWS's words and order. Most first: so AWS lists them for members of lists and maps. */
export function constraintsOf(shape: Shape): readonly string[] {
  if (shape.type === 'string') return [...boundsOf(shape, 'length', String), ...textRules(shape)];
  if (shape.type === 'integer') return boundsOf(shape, 'value', String);
  if (shape.type === 'double') return boundsOf(shape, 'value', javaDouble);
  return [];
}

/** Those of a shape's constraints that a value breaks, in AWS's order. */
export function brokenBy(shape: Shape, value: unknown): readonly string[] {
  if (shape.type === 'string' && typeof value === 'string')
    return [...brokenBounds(shape, value.length, 'length', String), ...brokenText(shape, value)];
  if (shape.type === 'integer' && typeof value === 'number') return brokenBounds(shape, value, 'value', String);
  if (shape.type === 'double' && typeof value === 'number') return brokenBounds(shape, value, 'value', javaDouble);
  if (shape.type === 'list' && Array.isArray(value)) return brokenBounds(shape, value.length, 'length', String);
  return [];
}

/** The whole sentence. */
export function validationMessage(faults: readonly Fault[]): string {
  const each = faults.map(({ shown, member, constraint }) => {
    const value = shown === undefined ? 'Value' : shown === 'null' ? 'Value null' : `Value '${shown}'`;
    return `${value} at '${member}' failed to satisfy constraint: ${constraint}`;
  });
  return `${faults.length} validation error${faults.length === 1 ? '' : 's'} detected: ${each.join('; ')}`;
}

/** A value of a request as AWS prints it: `[a, b]`, `{k=v}`, `1.0` for what is a fraction by the model. */
export function shownValue(value: unknown, double = false): string {
  const text = javaText(value, double);
  return text.length > shownMax ? `${text.slice(0, shownMax)}…` : text;
}

function javaText(value: unknown, double: boolean): string {
  if (Array.isArray(value)) return `[${value.map((each) => javaText(each, double)).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([key, each]) => `${key}=${javaText(each, double)}`)
      .join(', ')}}`;
  return typeof value === 'number' && double ? javaDouble(value) : String(value);
}

function boundsOf({ min, max }: Bounds, of: 'length' | 'value', text: (bound: number) => string): readonly string[] {
  return [
    ...(max === undefined ? [] : [atMost(of, text(max))]),
    ...(min === undefined ? [] : [atLeast(of, text(min))]),
  ];
}

function brokenBounds(
  { min, max }: Bounds,
  value: number,
  of: 'length' | 'value',
  text: (bound: number) => string,
): readonly string[] {
  if (max !== undefined && value > max) return [atMost(of, text(max))];
  return min !== undefined && value < min ? [atLeast(of, text(min))] : [];
}

function textRules({ pattern, enum: names }: StringRules): readonly string[] {
  if (names !== undefined) return [`Member must satisfy enum value set: [${names.join(', ')}]`];
  return pattern === undefined ? [] : [`Member must satisfy regular expression pattern: ${pattern}`];
}

function brokenText(shape: StringRules, value: string): readonly string[] {
  const { pattern, enum: names, max = patternLengthMax } = shape;
  // What is too long anyway is not held against a pattern: none is known to be slow, and none is asked to prove it.
  if (value.length > Math.max(max, 1_024)) return shape.max === undefined ? textRules(shape) : [];
  const satisfied =
    names !== undefined ? names.includes(value) : pattern === undefined || compiled(pattern).test(value);
  return satisfied ? [] : textRules(shape);
}

const atMost = (of: string, bound: string): string => `Member must have ${of} less than or equal to ${bound}`;
const atLeast = (of: string, bound: string): string => `Member must have ${of} greater than or equal to ${bound}`;
const javaDouble = (value: number): string => (Number.isInteger(value) ? `${value}.0` : String(value));

const patterns = new Map<string, RegExp>();

function compiled(pattern: string): RegExp {
  const known = patterns.get(pattern) ?? new RegExp(`^(?:${pattern})$`, pattern.includes('\\p{') ? 'u' : '');
  patterns.set(pattern, known);
  return known;
}
