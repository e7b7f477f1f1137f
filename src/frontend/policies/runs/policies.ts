import { ApiError } from '../../../api/errors.ts';
import { jsonInput } from '../../../api/json-input.ts';
import { servingVersion } from '../../../model/functions/function-record.ts';
import type { FunctionVersion } from '../../../model/functions/function.ts';
import { policyLimits } from '../../../policies/limits.ts';
import { parseSecurityPolicy } from '../../../policies/parse.ts';
import type { AccountDocument } from '../../../store/documents-contract.ts';
import type { FrontendOptions } from '../../context.ts';
import { findFunction } from '../../lambda/find-function.ts';
import type { Runs } from '../../routes/loaded-later.ts';
import { functionsThat, policiesChanged } from '../changed.ts';
import { policyKind, roleIn, roleKind } from '../documents.ts';
import type { PolicyOperation } from '../operations.ts';
import { checked, descriptionIn, nameIn, notFound, tooMany } from './input.ts';

type PolicyRuns = Runs<Exclude<PolicyOperation, `${string}Role${string}`>>;

/** What is done with policies. */
export function policyRuns(options: FrontendOptions): PolicyRuns {
  const { store, clock, policies, logger } = options;
  const { documents } = store;
  return {
    ListPolicies: async ({ scope }) => ({
      status: 200,
      body: {
        policies: await Promise.all(documents.list(scope.account, policyKind).map((one) => shown(options, one))),
      },
    }),
    async GetPolicy(request) {
      const { account } = request.scope;
      const name = request.parameter('policy');
      const document = documents.get(account, policyKind, name);
      if (document === undefined) throw notFound('policy', name);
      return { status: 200, body: await shown(options, { account, kind: policyKind, name, document }) };
    },
    async PutPolicy(request) {
      const { account } = request.scope;
      const name = nameIn('policy', request.parameter('policy'));
      const input = jsonInput(request.body);
      checked(() => parseSecurityPolicy(input['policy']));
      const before = documents.get(account, policyKind, name);
      if (before === undefined && documents.count(account, policyKind) >= policyLimits.policiesMax)
        throw tooMany('policies', policyLimits.policiesMax);
      const now = clock.wall();
      const createdAt = before?.['createdAt'] ?? now;
      const description = descriptionIn(input['description']);
      const document = { description, policy: input['policy'], createdAt, modifiedAt: now };
      await documents.put(account, policyKind, name, document);
      await policiesChanged(options, account, (fn) => hasPolicy(options, fn, name));
      logger.info({ account, policy: name }, 'A policy was set.');
      return {
        status: before === undefined ? 201 : 200,
        body: await shown(options, { account, kind: policyKind, name, document }),
      };
    },
    async DeletePolicy(request) {
      const { account } = request.scope;
      const name = request.parameter('policy');
      if (documents.get(account, policyKind, name) === undefined) throw notFound('policy', name);
      const users = await usersOf(options, account, name);
      const all = [...users.functions.map((one) => `function ${one}`), ...users.roles.map((one) => `role ${one}`)];
      if (all.length > 0)
        throw new ApiError(
          'ResourceConflictException',
          `The policy "${name}" bounds ${all.slice(0, 5).join(', ')}${all.length > 5 ? ` and ${all.length - 5} more` : ''}. Take it from them first.`,
        );
      await documents.delete(account, policyKind, name);
      policies.changed();
      logger.info({ account, policy: name }, 'A policy was removed.');
      return { status: 200, body: { name } };
    },
    async GetFunctionPolicy(request) {
      const fn = servingVersion(await findFunction(store, request));
      const bound = policies.bound(fn);
      return {
        status: 200,
        body: {
          function: fn.name,
          version: fn.version,
          policies: fn.policies ?? [],
          role: policies.roleOf(fn)?.name ?? null,
          effective: bound.policy ?? null,
          memoryMb: bound.memoryMb,
          timeoutMs: bound.timeoutMs,
          env: Object.keys(bound.environment),
          egress: [...(bound.egress === undefined ? [] : [bound.egress]), ...(bound.egressWithin ?? [])],
        },
      };
    },
  };
}

/** Whether a policy bounds a function, by its tag or its role. */
function hasPolicy({ policies }: Pick<FrontendOptions, 'policies'>, fn: FunctionVersion, name: string): boolean {
  return fn.policies?.includes(name) === true || policies.roleOf(fn)?.policies.includes(name) === true;
}

async function usersOf(
  options: FrontendOptions,
  account: string,
  policy: string,
): Promise<{ readonly functions: readonly string[]; readonly roles: readonly string[] }> {
  const functions = await functionsThat(options, account, (fn) => fn.policies?.includes(policy) === true);
  const roles = options.store.documents
    .list(account, roleKind)
    .filter(({ name, document }) => roleIn(account, name, document).policies.includes(policy));
  return {
    functions: [
      ...new Set(functions.map(({ name, version }) => (version === '$LATEST' ? name : `${name}:${version}`))),
    ],
    roles: roles.map(({ name }) => name),
  };
}

async function shown(options: FrontendOptions, { account, name, document }: AccountDocument): Promise<object> {
  const { description, policy, createdAt, modifiedAt } = document;
  const arn = `arn:aws:iam::${account}:policy/${name}`;
  return { name, arn, description, policy, createdAt, modifiedAt, ...(await usersOf(options, account, name)) };
}
