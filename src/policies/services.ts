import { isLike } from '../api/policy/operators.ts';
import type { SecurityPolicy, ServiceRules, ServiceStatement } from '../model/policies/security-policy.ts';

/** What somebody wants to do. */
export interface Deed {
  /** As IAM names it: `lambda:InvokeFunction`. */
  readonly action: string;
  /** ARN; absent where it is about whatever there is. */
  readonly resource?: string;
  /** Code in functions may do it where nobody says what it may do. */
  readonly ofCode: boolean;
}

/** To start threads, and to use what they share. */
export const startingThreads: Deed = { action: 'heddle:StartThread', ofCode: true };

/** To run durable programs: to tell of an execution, and to be told what it came to. */
export const durablePrograms: Deed = { action: 'lambda:CheckpointDurableExecution', ofCode: true };

/** Stands for all that code in functions may do where nobody says what. No action of a policy's can be called so. */
const whatCodeMay = '@code';

/** What bounds code whose function has no policy that says which services it may use. */
export const codeRules: ServiceRules = [{ effect: 'Allow', actions: [whatCodeMay], resources: ['*'] }];

/** Whether a policy lets somebody do something: everything that it says has to allow it. Who has none may do what code may. Pure. */
export function mayDo(policy: Pick<SecurityPolicy, 'services'> | undefined, deed: Deed): boolean {
  return (policy?.services ?? [codeRules]).every((rules) => allowedBy(rules, deed));
}

/** The statement that denies it, for people who ask why. */
export function isDenied(policy: Pick<SecurityPolicy, 'services'> | undefined, deed: Deed): boolean {
  return (policy?.services ?? []).some((rules) => rules.some((rule) => rule.effect === 'Deny' && denies(rule, deed)));
}

function allowedBy(rules: ServiceRules, deed: Deed): boolean {
  if (rules.some((rule) => rule.effect === 'Deny' && denies(rule, deed))) return false;
  return rules.some((rule) => rule.effect === 'Allow' && isAbout(rule, deed) && allowsResource(rule, deed));
}

function isAbout({ actions }: ServiceStatement, { action, ofCode }: Deed): boolean {
  const asked = action.toLowerCase();
  return actions.some((pattern) => (pattern === whatCodeMay ? ofCode : isLike(asked, pattern)));
}

/** What is about whatever there is, is about what is denied, too. */
function denies(rule: ServiceStatement, deed: Deed): boolean {
  const { resource } = deed;
  return isAbout(rule, deed) && (resource === undefined || rule.resources.some((pattern) => isLike(resource, pattern)));
}

/** What is about whatever there is, only that allows which is about all. */
function allowsResource({ resources }: ServiceStatement, { resource }: Deed): boolean {
  return resources.some((pattern) => pattern === '*' || (resource !== undefined && isLike(resource, pattern)));
}
