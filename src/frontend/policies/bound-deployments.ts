import type { FrontendOptions } from '../context.ts';
import type { PolicyBook } from './policy-book.ts';

type Deployments = Pick<FrontendOptions, 'isReady' | 'deployed' | 'prepare'>;

/** What is prepared for functions is prepared for them as they are bound: code that runs ahead runs under its policies, too. */
export function boundDeployments<D extends Deployments>(deployments: D, policies: PolicyBook): D {
  return {
    ...deployments,
    isReady: (version) => deployments.isReady(policies.bound(version)),
    deployed: (version) => deployments.deployed(policies.bound(version)),
    prepare: (version) => deployments.prepare(policies.bound(version)),
  };
}
