import { type Answer, type Effect, type Facts, noFacts, unknownFacts } from '../model/effect.ts';
import { type Atom, join, marks, marksOf, textOf, type Value } from '../values/value.ts';

/** An effect of which nobody has said where it happens. */
export type Draft = Omit<Effect, 'at' | 'via'>;

/** What a call to something outside of the code comes to. */
export interface Described {
  readonly effects: readonly Draft[];
  /** What it gives; undefined: something of the same package, by way of this call. */
  readonly gives?: Value;
  /** What functions that it was given are called with; undefined: they are not called. */
  readonly callsBack?: readonly Value[];
  /** What those functions do is done once, and kept: they need not be deterministic. */
  readonly isStep?: boolean;
}

/** What a write is like. */
export type Manner = 'read' | 'overwrite' | 'remove' | 'append' | 'guarded' | 'unknown';

const manners: Readonly<Record<Manner, Pick<Facts, 'access' | 'idempotent' | 'retrySafe'>>> = {
  read: { access: 'read', idempotent: 'yes', retrySafe: 'yes' },
  overwrite: { access: 'write', idempotent: 'yes', retrySafe: 'no' },
  remove: { access: 'write', idempotent: 'yes', retrySafe: 'yes' },
  append: { access: 'write', idempotent: 'no', retrySafe: 'no' },
  guarded: { access: 'write', idempotent: 'yes', retrySafe: 'yes' },
  unknown: { access: 'unknown', idempotent: 'unknown', retrySafe: 'unknown' },
};

/** Facts of an operation on something outside, of this manner. What it is about may be a person's. */
export function factsOf(manner: Manner, leavesMachine: Answer): Facts {
  return { ...manners[manner], deterministic: 'no', leavesMachine, personalData: 'unknown' };
}

/** The same, where what is written, or its token, is another each time. */
export function withMarks(
  facts: Facts,
  words: string,
  written: Value,
): { readonly facts: Facts; readonly words: string } {
  const bits = facts.access === 'write' && facts.idempotent !== 'no' ? marksOf(written) : 0;
  if (bits === 0) return { facts, words };
  const why = (bits & marks.random) !== 0 ? 'something random' : "the clock's time";
  return { facts: { ...facts, idempotent: 'no', retrySafe: 'no' }, words: `${words}, with ${why}` };
}

/** Something of which nothing is known. */
export function unknownDraft(words: string, what = 'unknown'): Draft {
  return { what, words, ...unknownFacts };
}

/** Something without consequences, but for what is said. */
export function mildDraft(what: string, words: string, facts: Partial<Facts> = {}): Draft {
  return { what, words, ...noFacts, ...facts };
}

/** A member of an input: all that it may be, and whether it is there at all. */
export function inputMember(input: Value | undefined, name: string): { readonly value: Value; readonly given: Answer } {
  if (input === undefined || input.length === 0) return { value: [], given: 'no' };
  let value: Value = [];
  const given = new Set<Answer>();
  for (const atom of input) {
    if (atom.kind === 'constant') given.add('no');
    else if (atom.kind !== 'object') given.add('unknown');
    else {
      const found = atom.object.properties.get(name);
      value = join(value, found ?? [], found === undefined ? atom.object.rest : []);
      given.add(found !== undefined ? presence(found) : atom.object.rest.length > 0 ? 'unknown' : 'no');
    }
  }
  const [only = 'no', ...others] = given;
  return { value, given: others.length === 0 ? only : 'unknown' };
}

function presence(value: Value): Answer {
  const missing = value.filter((atom) => atom.kind === 'constant' && (atom.value === undefined || atom.value === null));
  return missing.length === 0 ? 'yes' : missing.length === value.length ? 'no' : 'unknown';
}

/** Path of names from a package to a value, calls as `()`; `default` is left out. */
export function pathOf({ links }: Extract<Atom, { kind: 'outside' }>): string {
  let path = '';
  for (const link of links) {
    if (link.kind === 'call') path += '()';
    else if (link.name !== 'default') path += `${path === '' ? '' : '.'}${link.name}`;
  }
  return path;
}

/** Arguments of all calls on the way to a value, the first first. */
export function argumentsOn({ links }: Extract<Atom, { kind: 'outside' }>): readonly Value[] {
  return links.flatMap((link) => (link.kind === 'call' ? link.args : []));
}

/** Texts that a value may be; undefined among them where it may be any. */
export function textsIn(value: Value): readonly (string | undefined)[] {
  if (value.length === 0) return [undefined];
  const texts = value.map((atom) => textOf([atom]));
  return [...new Set(texts)];
}
