import {
  type Access,
  type Answer,
  type Effect,
  type Facts,
  type Place,
  type Report,
  reportVersion,
  type Step,
  unknownFacts,
} from './effect.ts';
import { effectLimits } from './limits.ts';

/** What was given is no report. */
export class ReportError extends Error {
  override readonly name = 'ReportError';
}

const answers: readonly Answer[] = ['yes', 'no', 'unknown'];
const accesses: readonly Access[] = ['none', 'read', 'write', 'unknown'];
const factNames = ['idempotent', 'retrySafe', 'deterministic', 'leavesMachine', 'personalData'] as const;

type Members = Readonly<Record<string, unknown>>;

function membersOf(value: unknown): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new ReportError('A report has an object in it that is none.');
}

// oxlint-disable-next-line no-control-regex -- what would be obeyed by a terminal
const controls = /[\u0000-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069]/;

function text(value: unknown): string {
  if (typeof value === 'string' && value.length <= effectLimits.wordsLengthMax && !controls.test(value)) return value;
  throw new ReportError(
    `A report has something else than a plain text of at most ${effectLimits.wordsLengthMax} characters.`,
  );
}

function oneOf<T>(all: readonly T[], value: unknown): T {
  const found = all.find((each) => each === value);
  if (found !== undefined) return found;
  throw new ReportError(`A report says something else than ${all.join(', ')}.`);
}

function list(value: unknown, max: number): readonly unknown[] {
  if (Array.isArray(value) && value.length <= max) return value;
  throw new ReportError(`A report has a list of more than ${max}, or none where one should be.`);
}

function place({ file, line }: Members): Place {
  if (typeof line !== 'number' || !Number.isSafeInteger(line) || line < 0)
    throw new ReportError('A report has a line that is no number.');
  return { file: text(file), line };
}

function step(value: unknown): Step {
  const members = membersOf(value);
  return { name: text(members['name']), ...place(members) };
}

/** Those facts that are said. */
function factsIn(members: Members): Partial<Facts> {
  const facts: Partial<Record<(typeof factNames)[number], Answer>> = {};
  for (const name of factNames) if (members[name] !== undefined) facts[name] = oneOf(answers, members[name]);
  return { ...(members['access'] !== undefined && { access: oneOf(accesses, members['access']) }), ...facts };
}

function effect(value: unknown): Effect {
  const members = membersOf(value);
  const optional = (name: string): Record<string, string> =>
    members[name] === undefined ? {} : { [name]: text(members[name]) };
  return {
    what: text(members['what']),
    words: text(members['words']),
    ...unknownFacts,
    ...factsIn(members),
    ...optional('calls'),
    ...optional('queue'),
    ...optional('region'),
    ...optional('data'),
    at: place(membersOf(members['at'])),
    via: list(members['via'], effectLimits.viaMax).map(step),
  };
}

/** Reads a report that came from elsewhere. Throws ReportError where it is none, or one of another version. */
export function readReport(value: unknown): Report {
  const members = membersOf(value);
  return {
    version: oneOf([reportVersion], members['version']),
    handler: text(members['handler']),
    // One more says that there are more.
    effects: list(members['effects'], effectLimits.effectsMax + 2).map(effect),
    declared: factsIn(membersOf(members['declared'])),
  };
}
