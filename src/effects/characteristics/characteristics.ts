import { type CallGraph } from '../graph/called.ts';
import {
  type Answer,
  type Effect,
  type Facts,
  type Place,
  type Report,
  type Step,
  unknownFacts,
} from '../model/effect.ts';

/** What is asked of a function as a whole. */
export const characteristics = [
  'idempotent',
  'read-only',
  'retry-safe',
  'deterministic',
  'leaves-machine',
  'personal-data',
] as const;

export type Characteristic = (typeof characteristics)[number];

/** One thing that an answer follows from. */
export interface Reason extends Place {
  /** The function whose code it is. */
  readonly function: string;
  readonly what: string;
  /** As a predicate of that function: `sends PutItem without a condition`. */
  readonly words: string;
  /** From the function that was asked about to that one: each calls the next. */
  readonly through: readonly (Place & { readonly function: string })[];
  /** Within that function's code. */
  readonly via: readonly Step[];
}

/** The answer to one question, and what it follows from: where it is not as anybody would like it. */
export interface Verdict {
  readonly answer: Answer;
  readonly reasons: readonly Reason[];
}

export type Verdicts = Readonly<Record<Characteristic, Verdict>>;

/** Reasons that are kept of each answer. */
const reasonsMax = 10;

/** What an effect says to a question. */
function answerOf(characteristic: Characteristic, facts: Facts): Answer {
  switch (characteristic) {
    case 'idempotent':
      return facts.idempotent;
    case 'read-only':
      return facts.access === 'unknown' ? 'unknown' : facts.access === 'write' ? 'no' : 'yes';
    case 'retry-safe':
      return facts.retrySafe;
    case 'deterministic':
      return facts.deterministic;
    case 'leaves-machine':
      return facts.leavesMachine;
    default:
      return facts.personalData;
  }
}

/** The answer that one effect is enough for, whatever the others are. */
export function decisive(characteristic: Characteristic): Answer {
  return characteristic === 'leaves-machine' || characteristic === 'personal-data' ? 'yes' : 'no';
}

/** What the author says of the whole function; undefined where that is not said. */
function declaredAnswer(characteristic: Characteristic, { declared }: Report): Answer | undefined {
  const { access, idempotent, retrySafe, deterministic, leavesMachine, personalData } = declared;
  if (characteristic === 'read-only') return access === undefined ? undefined : access === 'write' ? 'no' : 'yes';
  const said = {
    idempotent,
    'retry-safe': retrySafe,
    deterministic,
    'leaves-machine': leavesMachine,
    'personal-data': personalData,
  };
  return said[characteristic];
}

interface Visited {
  readonly name: string;
  readonly report: Report;
  readonly through: Reason['through'];
}

const declaredPlace: Place = { file: 'heddle.effects.json', line: 1 };

/** All effects that an answer has to do with, as reasons, with what each says. */
function gather(
  characteristic: Characteristic,
  root: Visited,
  graph: CallGraph,
): readonly (readonly [Answer, Reason, Effect | undefined])[] {
  const found: (readonly [Answer, Reason, Effect | undefined])[] = [];
  const seen = new Set<Report>();
  const waiting = [root];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { name, report, through } = next;
    if (seen.has(report)) continue;
    seen.add(report);
    const declared = declaredAnswer(characteristic, report);
    if (declared !== undefined) {
      const words = `is said to ${declared === 'yes' ? 'be' : 'not be'} so by its author`;
      found.push([
        declared,
        { ...declaredPlace, function: name, what: 'declared', words, through, via: [] },
        undefined,
      ]);
      continue;
    }
    for (const effect of report.effects) {
      const { calls, queue, at, via } = effect;
      const reason = { ...at, function: name, what: effect.what, words: effect.words, through, via };
      const names = [...(calls === undefined ? [] : [calls]), ...(queue === undefined ? [] : [`queue:${queue}`])];
      const callees = names.flatMap((each) => graph.get(each) ?? []);
      const path = [...through, { function: name, ...at }];
      for (const callee of callees) waiting.push({ ...callee, through: path });
      // What nobody knows is called with all that it may do.
      const isMissing = calls !== undefined && calls !== '' && callees.length === 0;
      const facts = isMissing ? unknownFacts : effect;
      found.push([
        answerOf(characteristic, facts),
        isMissing ? { ...reason, words: `${effect.words}, of which nothing is known here` } : reason,
        effect,
      ]);
    }
  }
  return found;
}

function verdict(characteristic: Characteristic, root: Visited, graph: CallGraph): Verdict {
  const all = gather(characteristic, root, graph);
  const bad = decisive(characteristic);
  for (const answer of [bad, 'unknown'] as const) {
    const reasons = all.filter(([each]) => each === answer).map(([, reason]) => reason);
    if (reasons.length > 0) return { answer, reasons: reasons.slice(0, reasonsMax) };
  }
  // What comes with the event may be a person's, unless somebody says something of what is done with it.
  const isSaid = all.some(([, , effect]) => effect === undefined || effect.access !== 'none');
  if (characteristic === 'personal-data' && !isSaid) return { answer: 'unknown', reasons: [] };
  return { answer: bad === 'no' ? 'yes' : 'no', reasons: [] };
}

/** What is to be said of a function through all that it calls. */
export function verdictsOf(name: string, report: Report, graph: CallGraph): Verdicts {
  const root = { name, report, through: [] };
  const of = (characteristic: Characteristic): Verdict => verdict(characteristic, root, graph);
  return {
    idempotent: of('idempotent'),
    'read-only': of('read-only'),
    'retry-safe': of('retry-safe'),
    deterministic: of('deterministic'),
    'leaves-machine': of('leaves-machine'),
    'personal-data': of('personal-data'),
  };
}
