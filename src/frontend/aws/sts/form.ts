import { invalidInput, StsError } from './sts-error.ts';

/** Arguments of a request, by the names that AWS's query protocol gives them. */
export type Form = ReadonlyMap<string, string>;

const argumentsMax = 200;

/** Reads what a request says, in its body or its address. Throws StsError. */
export function formOf(query: Readonly<Record<string, string | readonly string[]>>, body: Buffer): Form {
  const inQuery = Object.entries(query).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  );
  const form = new Map([...inQuery, ...new URLSearchParams(body.toString())]);
  if (form.size > argumentsMax)
    throw invalidInput(`A request has ${form.size} arguments; at most ${argumentsMax} are allowed.`);
  return form;
}

/** Throws StsError where it is missing or of another form. */
export function required(form: Form, name: string, pattern: RegExp, least: number, most: number): string {
  const value = optional(form, name, pattern, least, most);
  if (value === undefined)
    throw invalidInput(
      `1 validation error detected: Value at '${memberOf(name)}' failed to satisfy constraint: Member must not be null`,
    );
  return value;
}

/** The same of one that need not be there. */
export function optional(form: Form, name: string, pattern: RegExp, least: number, most: number): string | undefined {
  const value = form.get(name);
  if (value === undefined || (value.length >= least && value.length <= most && pattern.test(value))) return value;
  const constraint =
    value.length < least
      ? `Member must have length greater than or equal to ${least}`
      : value.length > most
        ? `Member must have length less than or equal to ${most}`
        : `Member must satisfy regular expression pattern: ${pattern.source.replace(/^\^|\$$/g, '')}`;
  throw invalidInput(
    `1 validation error detected: Value '${value.slice(0, 100)}' at '${memberOf(name)}' failed to satisfy constraint: ${constraint}`,
  );
}

/** `NAME.member.1.arn`, `NAME.member.2.arn`, … */
export function members(form: Form, name: string, part: string): readonly string[] {
  const found: string[] = [];
  for (let at = 1; form.has(`${name}.member.${at}.${part}`); at++)
    found.push(form.get(`${name}.member.${at}.${part}`) ?? '');
  return found;
}

/** Throws StsError for arguments of AWS's that would mean something and are not understood here. */
export function refuse(form: Form, unknown: readonly string[]): void {
  const given = unknown.find((name) => [...form.keys()].some((key) => key === name || key.startsWith(`${name}.`)));
  if (given !== undefined)
    throw new StsError('ValidationError', `The argument ${given} is not understood by this service; leave it out.`);
}

function memberOf(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
