import type { ServiceRules, ServiceStatement } from '../model/policies/security-policy.ts';
import { PolicyInputError } from './input-error.ts';
import { policyLimits } from './limits.ts';

/** Of IAM's language what is understood here. */
const documentMembers: ReadonlySet<string> = new Set(['Version', 'Id', 'Statement']);
const statementMembers: ReadonlySet<string> = new Set(['Sid', 'Effect', 'Action', 'Resource']);

/** What cannot be decided on here, and why, for people. */
const refusedMembers: Readonly<Record<string, string>> = {
  Condition: 'conditions are not understood in policies of roles and functions',
  NotAction: 'say which actions, by Action',
  NotResource: 'say which resources, by Resource',
  Principal: 'whoever has the policy is who it is about',
  NotPrincipal: 'whoever has the policy is who it is about',
};

/** Where a resource's short name stands in its ARN. */
const arnsOf: Readonly<Record<string, (name: string) => readonly string[]>> = {
  lambda: (name) => [`arn:aws:lambda:*:*:function:${name}`, `arn:aws:lambda:*:*:function:${name}:*`],
  sqs: (name) => [`arn:aws:sqs:*:*:${name}`],
  s3: (name) => [`arn:aws:s3:::${name}`],
  scheduler: (name) => [`arn:aws:scheduler:*:*:schedule/*/${name}`, `arn:aws:scheduler:*:*:schedule-group/${name}`],
  sts: (name) => [`arn:aws:iam::*:role/${name}`],
  iam: (name) => [`arn:aws:iam::*:role/${name}`],
};

/**
 * Reads what a policy says of operations: IAM's JSON (`Version`, `Statement`s with `Effect`, `Action`, `Resource`), or a list of
 * `ACTION` and `ACTION RESOURCE` that are allowed, the resource by its ARN or its name. Throws PolicyInputError for all else.
 */
export function readServices(value: unknown): ServiceRules {
  if (Array.isArray(value)) return plainRules(value.map((one) => shortStatement(one)));
  const document = objectOf(value, 'What a policy says of services');
  only(document, documentMembers, 'A policy document');
  const version = document['Version'] ?? '2012-10-17';
  if (version !== '2012-10-17')
    throw new PolicyInputError(
      `The Version of a policy document must be 2012-10-17; it is ${JSON.stringify(version)}.`,
    );
  const given = document['Statement'];
  const statements: readonly unknown[] = Array.isArray(given) ? given : given === undefined ? [] : [given];
  return plainRules(statements.map((one, at) => statementOf(one, `Statement[${at}]`)));
}

/** Two that say the same are written the same. */
function plainRules(statements: readonly ServiceStatement[]): ServiceRules {
  if (statements.length > policyLimits.statementsMax)
    throw new PolicyInputError(
      `A policy has ${statements.length} statements; at most ${policyLimits.statementsMax} are allowed.`,
    );
  const texts = new Map(statements.map((one) => [JSON.stringify(one), one]));
  return [...texts.keys()].toSorted().flatMap((text) => [texts.get(text) ?? []].flat());
}

function shortStatement(value: unknown): ServiceStatement {
  if (typeof value !== 'string')
    throw new PolicyInputError('Each of `services` must be a text: an action, and behind a blank its resource.');
  const [action = '', resource, ...rest] = value.trim().split(/\s+/);
  if (rest.length > 0)
    throw new PolicyInputError(`"${value.slice(0, 100)}" in \`services\` must be an action and at most one resource.`);
  const actions = [actionOf(action, 'services')];
  return { effect: 'Allow', actions, resources: resource === undefined ? ['*'] : resourcesOf(action, resource) };
}

function resourcesOf(action: string, resource: string): readonly string[] {
  const checked = patternOf(resource, 'services');
  if (checked === '*' || checked.startsWith('arn:')) return [checked];
  const [service = ''] = action.toLowerCase().split(':');
  const arns = arnsOf[service];
  if (arns === undefined)
    throw new PolicyInputError(
      `"${checked}" in \`services\` must be an ARN, as what "${action}" is about has no short name; those of ${Object.keys(arnsOf).join(', ')} have.`,
    );
  return arns(checked).toSorted();
}

function statementOf(value: unknown, where: string): ServiceStatement {
  const statement = objectOf(value, where);
  only(statement, statementMembers, where);
  const { Effect: effect } = statement;
  if (effect !== 'Allow' && effect !== 'Deny')
    throw new PolicyInputError(`The Effect of ${where} must be Allow or Deny; it is ${JSON.stringify(effect)}.`);
  return {
    effect,
    actions: patterns(statement['Action'], `the Action of ${where}`).map((one) => actionOf(one, where)),
    resources: patterns(statement['Resource'], `the Resource of ${where}`).map((one) => patternOf(one, where)),
  };
}

function patterns(value: unknown, what: string): readonly string[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = all.filter((one) => typeof one === 'string');
  if (texts.length < all.length || texts.length === 0 || texts.length > policyLimits.patternsMax)
    throw new PolicyInputError(`There must be ${what}: a text, or 1 to ${policyLimits.patternsMax} of them.`);
  return [...new Set(texts)].toSorted();
}

function actionOf(text: string, where: string): string {
  if (/^(?:\*|[a-zA-Z0-9-]{1,64}:[a-zA-Z0-9*?]{1,128})$/.test(text)) return text.toLowerCase();
  throw new PolicyInputError(
    `"${text.slice(0, 100)}" in ${where} must be an action, such as lambda:InvokeFunction, sqs:* or *.`,
  );
}

function patternOf(text: string, where: string): string {
  if (/^\S+$/.test(text) && text.length <= policyLimits.patternUnitsMax) return text;
  throw new PolicyInputError(
    `"${text.slice(0, 100)}" in ${where} must be a resource: an ARN of at most ${policyLimits.patternUnitsMax} characters, without blanks.`,
  );
}

function only(object: Readonly<Record<string, unknown>>, known: ReadonlySet<string>, what: string): void {
  for (const name of Object.keys(object)) {
    if (known.has(name)) continue;
    const why = refusedMembers[name];
    throw new PolicyInputError(
      `${what} has ${name.slice(0, 64)}, and may have ${[...known].join(', ')} only${why === undefined ? '' : `: ${why}`}.`,
    );
  }
}

function objectOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return Object.fromEntries(Object.entries(value));
  throw new PolicyInputError(`${what} must be an object.`);
}
