import { ApiError } from '../errors.ts';
import { isKnownOperator, knownOperators } from './operators.ts';

/** A resource-based policy in IAM's language, as far as it is understood here: all of what is kept can be decided on. */
export interface PolicyDocument {
  readonly Version: string;
  readonly Id?: string;
  readonly Statement: readonly PolicyStatement[];
}

/** One or several of something. */
export type OneOrMore = string | readonly string[];

/** What a policy says of one action or several. */
export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal: '*' | Readonly<Record<string, OneOrMore>>;
  readonly Action: OneOrMore;
  readonly Resource: OneOrMore;
  /** By operator, then by key: all of them have to hold. */
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMore>>>>;
}

/** The version of IAM's language; the one before it differs in what is not understood here. */
export const policyVersions = ['2012-10-17', '2008-10-17'] as const;

const members: Readonly<Record<'policy' | 'statement', readonly string[]>> = {
  policy: ['Version', 'Id', 'Statement'],
  statement: ['Sid', 'Effect', 'Principal', 'Action', 'Resource', 'Condition'],
};

/** Reads a policy. Throws InvalidParameterValueException, which says what cannot be understood and where. */
export function parsePolicy(text: string): PolicyDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refusal(`it is not JSON (${cause instanceof Error ? cause.message : String(cause)})`, cause);
  }
  return policyFrom(value);
}

/** The same of a policy that is an object already. */
export function policyFrom(value: unknown): PolicyDocument {
  const policy = only('policy', value, 'it');
  const version = policyVersions.find((known) => known === (policy['Version'] ?? '2008-10-17'));
  if (version === undefined) throw refusal(`its Version is not one of ${policyVersions.join(', ')}`);
  const given = policy['Statement'];
  const statements = (Array.isArray(given) ? given : [given]).map(statementFrom);
  if (statements.length === 0) throw refusal('it has no Statement');
  const sids = statements.flatMap(({ Sid }) => Sid ?? []);
  if (new Set(sids).size < sids.length) throw refusal('two of its statements have the same Sid');
  return { Version: version, ...optionalText('Id', policy['Id'], 'its Id'), Statement: statements };
}

function statementFrom(value: unknown, index: number): PolicyStatement {
  const where = `its Statement[${index}]`;
  const statement = only('statement', value, where);
  const { Effect } = statement;
  if (Effect !== 'Allow' && Effect !== 'Deny') throw refusal(`the Effect of ${where} is neither Allow nor Deny`);
  return {
    ...optionalText('Sid', statement['Sid'], `the Sid of ${where}`),
    Effect,
    Principal: principalFrom(statement['Principal'], `the Principal of ${where}`),
    Action: oneOrMore(statement['Action'], `the Action of ${where}`),
    Resource: oneOrMore(statement['Resource'], `the Resource of ${where}`),
    ...(statement['Condition'] === undefined
      ? {}
      : { Condition: conditionFrom(statement['Condition'], `the Condition of ${where}`) }),
  };
}

function principalFrom(value: unknown, where: string): PolicyStatement['Principal'] {
  if (value === '*') return value;
  const kinds = Object.entries(objectOf(value, where));
  if (kinds.length === 0) throw refusal(`${where} names nobody`);
  return Object.fromEntries(kinds.map(([kind, names]) => [kind, oneOrMore(names, `${where} (${kind})`)]));
}

function conditionFrom(value: unknown, where: string): NonNullable<PolicyStatement['Condition']> {
  return Object.fromEntries(
    Object.entries(objectOf(value, where)).map(([operator, keys]) => {
      if (!isKnownOperator(operator))
        throw refusal(`${where} has the operator ${operator}, and only ${knownOperators.join(', ')} are known here`);
      const entries = Object.entries(objectOf(keys, `${operator} in ${where}`));
      return [
        operator,
        Object.fromEntries(entries.map(([key, given]) => [key, oneOrMore(given, `${key} in ${where}`)])),
      ];
    }),
  );
}

function oneOrMore(value: unknown, where: string): OneOrMore {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = values.map((one) => {
    if (typeof one === 'boolean' || typeof one === 'number') return String(one);
    if (typeof one === 'string' && one !== '') return one;
    throw refusal(`${where} is neither a text nor a list of texts`);
  });
  const [first] = texts;
  if (first === undefined) throw refusal(`${where} is empty`);
  return Array.isArray(value) ? texts : first;
}

function optionalText<Name extends string>(
  name: Name,
  value: unknown,
  where: string,
): { readonly [K in Name]?: string } {
  if (value === undefined) return {};
  if (typeof value !== 'string') throw refusal(`${where} is no text`);
  // The compiler does not see that a computed name is that name.
  const entry: { [K in Name]?: string } = {};
  entry[name] = value;
  return entry;
}

function only(what: keyof typeof members, value: unknown, where: string): Readonly<Record<string, unknown>> {
  const object = objectOf(value, where);
  const unknown = Object.keys(object).find((name) => !members[what].includes(name));
  if (unknown !== undefined)
    throw refusal(`${where} has ${unknown}, and only ${members[what].join(', ')} are understood there`);
  return object;
}

function objectOf(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refusal(`${where} is no object`);
  return Object.fromEntries(Object.entries(value));
}

function refusal(why: string, cause?: unknown): ApiError {
  return new ApiError('InvalidParameterValueException', `The policy cannot be used: ${why}.`, { cause });
}
