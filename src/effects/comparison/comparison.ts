import {
  type Characteristic,
  characteristics,
  decisive,
  type Reason,
  type Verdicts,
} from '../characteristics/characteristics.ts';
import type { Answer, Report } from '../model/effect.ts';

/** An answer that is another than it was, and what that follows from. */
export interface AnswerChange {
  readonly characteristic: Characteristic;
  readonly before: Answer;
  readonly after: Answer;
  /** It is not as good as it was. */
  readonly isWorse: boolean;
  /** What was not there before; else all of them. */
  readonly reasons: readonly Reason[];
}

/** What is otherwise than in the last version. */
export interface Changes {
  readonly answers: readonly AnswerChange[];
  /** Of the function's own code. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Lists are cut to this many. */
const listedMax = 20;

function rank(characteristic: Characteristic, answer: Answer): number {
  return answer === 'unknown' ? 1 : answer === decisive(characteristic) ? 2 : 0;
}

/** The same reason, wherever in its file it stands now. */
function sameness({ function: owner, what, words, through }: Reason): string {
  return [owner, what, words, ...through.slice(1).map((step) => step.function)].join('\n');
}

function whats({ effects }: Report): ReadonlySet<string> {
  return new Set(effects.map(({ what }) => what));
}

/** What has changed between two versions of a function. */
export function changesBetween(
  before: { readonly report: Report; readonly verdicts: Verdicts },
  after: { readonly report: Report; readonly verdicts: Verdicts },
): Changes {
  const answers = characteristics.flatMap((characteristic): readonly AnswerChange[] => {
    const [was, is] = [before.verdicts[characteristic], after.verdicts[characteristic]];
    if (was.answer === is.answer) return [];
    const known = new Set(was.reasons.map(sameness));
    const fresh = is.reasons.filter((reason) => !known.has(sameness(reason)));
    const isWorse = rank(characteristic, is.answer) > rank(characteristic, was.answer);
    return [
      { characteristic, before: was.answer, after: is.answer, isWorse, reasons: fresh.length > 0 ? fresh : is.reasons },
    ];
  });
  const [had, has] = [whats(before.report), whats(after.report)];
  return {
    answers,
    added: [...has].filter((what) => !had.has(what)).slice(0, listedMax),
    removed: [...had].filter((what) => !has.has(what)).slice(0, listedMax),
  };
}
