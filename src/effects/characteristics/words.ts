import type { Answer, Place } from '../model/effect.ts';
import type { AnswerChange } from '../comparison/comparison.ts';
import type { Characteristic, Reason } from './characteristics.ts';

/** A place, for people; '' where there is none. */
export function placeWords({ file, line }: Place): string {
  return file === '' ? '' : `${file}:${line}`;
}

function at(place: Place): string {
  const words = placeWords(place);
  return words === '' ? '' : ` (${words})`;
}

/** Why so, of the function that was asked about: `it calls \`invoice\` (index.ts:7), which sends PutItem without a condition (invoice.ts:4)`. */
export function reasonWords({ through, words, function: owner, ...place }: Reason, isNew = false): string {
  const [first, ...more] = through;
  const it = isNew ? 'it now' : 'it';
  if (first === undefined) return `${it} ${words}${at(place)}`;
  const path = [...more, { function: owner }].map(
    ({ function: name }, index) => `\`${name}\`${at(through[index] ?? first)}`,
  );
  return `${it} calls ${path.join(', which calls ')}, which ${words}${at(place)}`;
}

const plain: Readonly<Record<Characteristic, readonly [string, string, string]>> = {
  idempotent: ['is idempotent', 'is not idempotent', 'may not be idempotent'],
  'read-only': ['only reads', 'writes', 'may write'],
  'retry-safe': ['is retry-safe', 'is not retry-safe', 'may not be retry-safe'],
  deterministic: ['is deterministic', 'is not deterministic', 'may not be deterministic'],
  'leaves-machine': ['leaves the machine', 'stays on the machine', 'may leave the machine'],
  'personal-data': ['handles personal data', 'handles no personal data', 'may handle personal data'],
};

/** An answer as a predicate. */
export function answerWords(characteristic: Characteristic, answer: Answer): string {
  const [yes, no, unknown] = plain[characteristic];
  return answer === 'yes' ? yes : answer === 'no' ? no : unknown;
}

const changed: Readonly<Record<Characteristic, readonly [string, string, string]>> = {
  idempotent: ['is idempotent now', 'is no longer idempotent', 'may no longer be idempotent'],
  'read-only': ['only reads now', 'is no longer read-only', 'may no longer be read-only'],
  'retry-safe': ['is retry-safe now', 'is no longer retry-safe', 'may no longer be retry-safe'],
  deterministic: ['is deterministic now', 'is no longer deterministic', 'may no longer be deterministic'],
  'leaves-machine': ['now leaves the machine', 'no longer leaves the machine', 'may now leave the machine'],
  'personal-data': ['now handles personal data', 'no longer handles personal data', 'may now handle personal data'],
};

/** An answer that is another than before, as a predicate. One that got better without being good is only what it is now. */
export function changeWords({
  characteristic,
  after,
  isWorse,
}: Pick<AnswerChange, 'characteristic' | 'after' | 'isWorse'>): string {
  if (after === 'unknown' && !isWorse) return answerWords(characteristic, after);
  const [yes, no, unknown] = changed[characteristic];
  return after === 'yes' ? yes : after === 'no' ? no : unknown;
}
