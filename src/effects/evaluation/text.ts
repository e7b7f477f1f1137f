import { effectLimits } from '../model/limits.ts';
import { type Atom, join, marked, marksOf, type Value } from '../values/value.ts';

const textLengthMax = 4_096;

function begins(atom: Atom): { readonly text: string; readonly whole: boolean; readonly marks: number } {
  if (atom.kind === 'constant') return { text: String(atom.value), whole: true, marks: 0 };
  if (atom.kind === 'text') return { text: atom.prefix, whole: false, marks: atom.marks };
  return { text: '', whole: false, marks: marksOf([atom]) };
}

/** Where something else may be there, nobody means what is not there to be written out. */
function isMissing(atom: Atom): boolean {
  return atom.kind === 'constant' && (atom.value === undefined || atom.value === null);
}

/** Two values one behind the other: as much of the text as is known from its beginning. */
export function concat(left: Value, right: Value): Value {
  if (left.length === 0 || right.length === 0) return left.length === 0 ? right : left;
  if (left.length > 1 && left.some(isMissing))
    return concat(
      left.filter((atom) => !isMissing(atom)),
      right,
    );
  if (right.length > 1 && right.some(isMissing))
    return concat(
      left,
      right.filter((atom) => !isMissing(atom)),
    );
  if (left.length * right.length > effectLimits.alternativesMax) return marked(marksOf(left) | marksOf(right));
  const atoms = left.flatMap((one) =>
    right.map((other): Atom => {
      const [a, b] = [begins(one), begins(other)];
      const marks = a.marks | b.marks;
      if (!a.whole) return { kind: 'text', prefix: a.text, marks };
      const text = (a.text + b.text).slice(0, textLengthMax);
      return b.whole ? { kind: 'constant', value: text } : { kind: 'text', prefix: text, marks };
    }),
  );
  return join(atoms);
}

/** Each text in it, changed where it is known. */
export function mapText(value: Value, change: (text: string) => string): Value {
  return join(
    value.map((atom): Atom => {
      if (atom.kind === 'constant' && typeof atom.value === 'string')
        return { kind: 'constant', value: change(atom.value) };
      if (atom.kind === 'text') return { ...atom, prefix: change(atom.prefix) };
      return { kind: 'data', marks: marksOf([atom]) };
    }),
  );
}
