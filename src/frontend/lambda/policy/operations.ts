import type { Operation } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { addPermission } from './add-permission.ts';
import { getPolicy } from './get-policy.ts';
import { Policies } from './policies.ts';
import { removePermission } from './remove-permission.ts';
import { deleteResourcePolicy, getResourcePolicy, putResourcePolicy } from './resource-policy.ts';

/** Every operation on policies: they share what keeps their changes apart. */
export function policyOperations({ store }: Pick<LambdaContext, 'store'>): readonly Operation[] {
  const policies = new Policies(store);
  return [
    addPermission(policies),
    getPolicy(policies),
    removePermission(store, policies),
    putResourcePolicy(policies),
    getResourcePolicy(policies),
    deleteResourcePolicy(policies),
  ];
}
