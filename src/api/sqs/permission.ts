import { invalidParameter, missingParameter, SqsError } from './errors.ts';

/** What AddPermission may allow. */
const actions = [
  ...['*', 'ChangeMessageVisibility', 'DeleteMessage', 'GetQueueAttributes', 'GetQueueUrl'],
  ...['ListDeadLetterSourceQueues', 'PurgeQueue', 'ReceiveMessage', 'SendMessage'],
];
const actionsMax = 7;
const accountsMax = 50;
const statementsMax = 20;

interface Statement {
  readonly Sid?: string;
}

interface Policy {
  readonly Statement: readonly Statement[];
}

/** What AddPermission is asked for. */
export interface Permission {
  readonly label: string;
  readonly accounts: readonly string[];
  readonly actions: readonly string[];
}

/** A queue's policy with one permission more. Throws SqsError. */
export function withPermission(policy: string | undefined, arn: string, permission: Permission): string {
  const { label, accounts } = permission;
  checkPermission(permission);
  const before = read(policy);
  if (before.Statement.some(({ Sid }) => Sid === label)) throw invalidParameter('Label', label, 'Already exists.');
  if (before.Statement.length >= statementsMax)
    throw new SqsError('OverLimit', `${statementsMax} statements per policy is the limit.`);
  const one = <T>(list: readonly T[]): T | readonly T[] =>
    list.length === 1 && list[0] !== undefined ? list[0] : list;
  const statement = {
    Sid: label,
    Effect: 'Allow',
    Principal: { AWS: one(accounts.map((account) => `arn:aws:iam::${account}:root`)) },
    Action: one(permission.actions.map((action) => `SQS:${action}`)),
    Resource: arn,
  };
  const head = policy === undefined ? { Version: '2008-10-17', Id: `${arn}/SQSDefaultPolicy` } : before;
  return JSON.stringify({ ...head, Statement: [...before.Statement, statement] });
}

/** The policy without the permission of that label; undefined where nothing is left. Throws SqsError. */
export function withoutPermission(policy: string | undefined, label: string): string | undefined {
  const before = read(policy);
  const left = before.Statement.filter(({ Sid }) => Sid !== label);
  if (left.length === before.Statement.length) throw invalidParameter('Label', label, "can't find label.");
  return left.length === 0 ? undefined : JSON.stringify({ ...before, Statement: left });
}

function checkPermission({ label, accounts, actions: wanted }: Permission): void {
  if (!/^[A-Za-z0-9_-]{1,80}$/.test(label))
    throw invalidParameter(
      'Label',
      label,
      'It can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.',
    );
  if (accounts.length === 0) throw missingParameter('AWSAccountIds');
  if (wanted.length === 0) throw missingParameter('Actions');
  const stranger = accounts.find((account) => !/^\d{12}$/.test(account));
  if (stranger !== undefined) throw invalidParameter('PrincipalId', stranger, 'Unable to verify.');
  const unknown = wanted.find((action) => !actions.includes(action));
  if (unknown !== undefined)
    throw invalidParameter('ActionName', `SQS:${unknown}`, `It must be one of ${actions.join(', ')}.`);
  if (wanted.length > actionsMax)
    throw new SqsError('OverLimit', `${wanted.length} actions were found, maximum allowed is ${actionsMax}.`);
  if (accounts.length > accountsMax)
    throw new SqsError('OverLimit', `${accounts.length} accounts were found, maximum allowed is ${accountsMax}.`);
}

function read(policy: string | undefined): Policy {
  if (policy === undefined) return { Statement: [] };
  const parsed: { readonly Statement: Statement | readonly Statement[] } = JSON.parse(policy);
  return { ...parsed, Statement: [parsed.Statement].flat() };
}
