import { globMatches } from '../../../../model/glob.ts';
import { invalidPattern } from './invalid-pattern.ts';
import type { Matcher } from './filter-pattern.ts';
import { selected, selectorOf, type Selector } from './selector.ts';

/** Whether a value of JSON is wanted. */
type Condition = (value: unknown) => boolean;

/** Brackets within brackets. */
const depthMax = 32;
const token =
  /\s*(\(|\)|&&|\|\||!=|<=|>=|=|<|>|\$(?:\.[\w-]+|\.?\[(?:\d+|\*|"[^"]*"|'[^']*')\])*|"(?:[^"\\]|\\.)*"|[^\s()=<>!&|"]+)/y;

/** Reads `{ $.level = "ERROR" && $.ms > 100 }`. Throws InvalidParameterException. */
export function jsonPattern(text: string): Matcher {
  if (!text.endsWith('}')) throw invalidPattern('it begins with { and does not end with }');
  const reader = new Reader(tokensOf(text.slice(1, -1)));
  const condition = reader.either(0);
  reader.end();
  return (message) => {
    const value = parsed(message);
    return value !== undefined && condition(value);
  };
}

function parsed(message: string): unknown {
  if (!/^\s*[{[]/.test(message)) return undefined;
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}

function tokensOf(text: string): readonly string[] {
  const tokens: string[] = [];
  token.lastIndex = 0;
  const length = text.trimEnd().length;
  while (token.lastIndex < length) {
    const at = token.lastIndex;
    const found = token.exec(text)?.[1];
    if (found === undefined)
      throw invalidPattern(`it cannot be read from ${JSON.stringify(text.slice(at, at + 20))} on`);
    tokens.push(found);
  }
  return tokens;
}

/** Reads tokens in the order of the grammar: what is tied closest, last. */
class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  either(depth: number): Condition {
    const all = [this.#both(depth)];
    while (this.#takes('||')) all.push(this.#both(depth));
    return (value) => all.some((one) => one(value));
  }

  end(): void {
    if (this.#at < this.#tokens.length) throw invalidPattern(`${this.#tokens[this.#at]} is one too many`);
  }

  #both(depth: number): Condition {
    const all = [this.#one(depth)];
    while (this.#takes('&&')) all.push(this.#one(depth));
    return (value) => all.every((one) => one(value));
  }

  #one(depth: number): Condition {
    if (!this.#takes('(')) return this.#comparison();
    if (depth >= depthMax) throw invalidPattern(`it has more than ${depthMax} brackets within each other`);
    const inner = this.either(depth + 1);
    if (!this.#takes(')')) throw invalidPattern('a bracket is not closed');
    return inner;
  }

  #comparison(): Condition {
    const selector = selectorOf(this.#next('a selector such as $.level'));
    const operator = this.#next('a comparison such as =');
    if (/^(?:IS|NOT|EXISTS)$/i.test(operator)) return this.#state(selector, operator.toUpperCase());
    return comparison(selector, operator, this.#next(`a value after ${operator}`));
  }

  #state(selector: Selector, operator: string): Condition {
    if (operator === 'EXISTS') return (value) => selected(value, selector).length > 0;
    const what = this.#next(`a word after ${operator}`).toUpperCase();
    if (operator === 'NOT' && what === 'EXISTS') return (value) => selected(value, selector).length === 0;
    const wanted = new Map<string, unknown>([
      ['TRUE', true],
      ['FALSE', false],
      ['NULL', null],
    ]);
    if (operator !== 'IS' || !wanted.has(what)) throw invalidPattern(`${operator} ${what} is no condition`);
    return (value) => selected(value, selector).some((one) => one === wanted.get(what));
  }

  #takes(wanted: string): boolean {
    if (this.#tokens[this.#at] !== wanted) return false;
    this.#at += 1;
    return true;
  }

  #next(what: string): string {
    const found = this.#tokens[this.#at];
    if (found === undefined) throw invalidPattern(`it ends where ${what} should be`);
    this.#at += 1;
    return found;
  }
}

const orders: Readonly<Record<string, (one: number, other: number) => boolean>> = {
  '<': (one, other) => one < other,
  '<=': (one, other) => one <= other,
  '>': (one, other) => one > other,
  '>=': (one, other) => one >= other,
};

/** A comparison with what is not there holds never. */
function comparison(selector: Selector, operator: string, text: string): Condition {
  if (text.startsWith('%')) throw invalidPattern('regular expressions (%…%) are not in Heddle');
  const order = orders[operator];
  if (order !== undefined) {
    const bound = text.trim() === '' ? Number.NaN : Number(text);
    if (Number.isNaN(bound)) throw invalidPattern(`${operator} compares numbers, and ${text} is none`);
    return (value) => selected(value, selector).some((one) => typeof one === 'number' && order(one, bound));
  }
  if (operator !== '=' && operator !== '!=') throw invalidPattern(`${operator} is no comparison`);
  const quoted = text.startsWith('"');
  const equal = equalTo(quoted ? text.slice(1, -1).replaceAll(/\\(.)/g, '$1') : text, quoted);
  const wanted = operator === '=';
  return (value) => selected(value, selector).some((one) => equal(one) === wanted);
}

function equalTo(text: string, quoted: boolean): Condition {
  const number = quoted ? Number.NaN : Number(text);
  const parts = text.split('*');
  return (one) => {
    if (typeof one === 'number') return one === number;
    return typeof one === 'string' && globMatches(parts, one);
  };
}
