import { ApiError } from '../../../api/errors.ts';
import { jsonInput, optionalInteger, type JsonInput } from '../../../api/json-input.ts';
import type { FunctionVersion } from '../../../model/functions/function.ts';
import { policyLimits } from '../../../policies/limits.ts';
import { readTrust, sessionSeconds, type Role } from '../../../policies/role.ts';
import type { FrontendOptions } from '../../context.ts';
import { checkPolicies } from '../../checked-policies.ts';
import type { Runs } from '../../routes/loaded-later.ts';
import type { ApiRequest } from '../../routes/operation.ts';
import { functionsThat, policiesChanged } from '../changed.ts';
import { roleArn, roleDocument, roleIn, roleKind, roleNamed, roleNameOf } from '../documents.ts';
import type { PolicyOperation } from '../operations.ts';
import { checked, descriptionIn, nameIn, notFound, tooMany } from './input.ts';

type RoleRuns = Runs<Extract<PolicyOperation, `${string}Role${string}`>>;

/** What is done with roles. */
export function roleRuns(options: FrontendOptions): RoleRuns {
  const { store, logger, roleSessions } = options;
  const { documents } = store;
  return {
    ListRoles: async ({ scope: { account } }) => {
      const roles = documents.list(account, roleKind).map(({ name, document }) => roleIn(account, name, document));
      return { status: 200, body: { roles: await Promise.all(roles.map((role) => shown(options, role))) } };
    },
    GetRole: async (request) => ({ status: 200, body: await shown(options, found(options, request)) }),
    async PutRole(request) {
      const { account } = request.scope;
      const name = nameIn('role', request.parameter('role'));
      const before = roleNamed(documents, account, name);
      if (before === undefined && documents.count(account, roleKind) >= policyLimits.rolesMax)
        throw tooMany('roles', policyLimits.rolesMax);
      const role = readRole(options, { account, name }, jsonInput(request.body), before);
      await documents.put(account, roleKind, name, roleDocument(role));
      await policiesChanged(options, account, (fn) => hasRole(fn, name));
      logger.info({ account, role: name }, 'A role was set.');
      return { status: before === undefined ? 201 : 200, body: await shown(options, role) };
    },
    async DeleteRole(request) {
      const { account, name } = found(options, request);
      const functions = await functionsThat(options, account, (fn) => hasRole(fn, name));
      if (functions.length > 0)
        throw new ApiError(
          'ResourceConflictException',
          `The role "${name}" is that of ${functions.length} functions, such as ${functions[0]?.name}, which could do more without it. Give them another first.`,
        );
      await documents.delete(account, roleKind, name);
      options.policies.changed();
      const sessions = await roleSessions.revoke(account, name);
      endCode(options, account, name);
      logger.info({ account, role: name, sessions }, 'A role was removed.');
      return { status: 200, body: { name, sessions } };
    },
    async RevokeRole(request) {
      const role = found(options, request);
      const { account, name } = role;
      await documents.put(account, roleKind, name, roleDocument({ ...role, revokedBefore: options.clock.wall() }));
      const sessions = await roleSessions.revoke(account, name);
      endCode(options, account, name);
      await policiesChanged(options, account, (fn) => hasRole(fn, name), true);
      logger.info({ account, role: name, sessions }, 'The credentials of a role were revoked.');
      return { status: 200, body: { name, sessions } };
    },
  };
}

/** Code that has a role has nothing of it any more; what begins from now on is in containers with keys that are good. */
function endCode({ revokeRole, sessions, workerManager }: FrontendOptions, account: string, role: string): void {
  sessions.revoked(account, role);
  for (const code of revokeRole?.(account, role) ?? []) workerManager.retire(account, code, '');
}

function found({ store }: FrontendOptions, request: ApiRequest): Role {
  const name = request.parameter('role');
  const role = roleNamed(store.documents, request.scope.account, name);
  if (role === undefined) throw notFound('role', name);
  return role;
}

function hasRole({ role, account }: FunctionVersion, name: string): boolean {
  return roleNameOf(role, account) === name;
}

/** What is left out stays as it was. */
function readRole(
  { policies: book, clock }: FrontendOptions,
  { account, name }: Pick<Role, 'account' | 'name'>,
  input: JsonInput,
  before: Role | undefined,
): Role {
  const strange = Object.keys(input).find(
    (member) => !['description', 'policies', 'trust', 'sessionSecondsMax'].includes(member),
  );
  if (strange !== undefined)
    throw new ApiError(
      'InvalidParameterValueException',
      `A role has "${strange.slice(0, 64)}"; it may have description, policies, trust and sessionSecondsMax.`,
    );
  const policies = input['policies'] === undefined ? before?.policies : namesIn(input['policies']);
  if (policies === undefined)
    throw new ApiError('InvalidParameterValueException', '`policies` of a role must be a list of names of policies.');
  checkPolicies(book, account, policies);
  const { least, usual, most } = sessionSeconds;
  const sessionSecondsMax = optionalInteger(input, 'sessionSecondsMax') ?? before?.sessionSecondsMax ?? usual;
  if (sessionSecondsMax < least || sessionSecondsMax > most)
    throw new ApiError(
      'InvalidParameterValueException',
      `\`sessionSecondsMax\` of a role must be from ${least} to ${most}; it is ${sessionSecondsMax}.`,
    );
  const trust =
    input['trust'] === undefined && before !== undefined
      ? before.trust
      : checked(() => readTrust(input['trust'], account));
  return {
    account,
    name,
    description: input['description'] === undefined ? (before?.description ?? '') : descriptionIn(input['description']),
    policies,
    trust,
    sessionSecondsMax,
    revokedBefore: before?.revokedBefore ?? 0,
    createdAt: before?.createdAt ?? clock.wall(),
  };
}

function namesIn(value: unknown): readonly string[] | undefined {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  const names = all.filter((one) => typeof one === 'string');
  return names.length === all.length ? [...new Set(names)] : undefined;
}

async function shown(options: FrontendOptions, role: Role): Promise<object> {
  const { account: _account, ...own } = role;
  const functions = await functionsThat(options, role.account, (fn) => hasRole(fn, role.name));
  const sessions = options.roleSessions.of(role.account).filter(({ holder }) => holder?.principal?.role === role.name);
  return {
    ...own,
    arn: roleArn(role),
    functions: [...new Set(functions.map(({ name }) => name))],
    sessions: sessions.length,
  };
}
