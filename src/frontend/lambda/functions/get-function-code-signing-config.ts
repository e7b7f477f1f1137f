import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { findFunction } from '../find-function.ts';

/** There is no code signing; Terraform reads this of every function and takes an empty ARN for "none". */
export function getFunctionCodeSigningConfig({ store }: LambdaContext): Operation {
  return {
    name: 'GetFunctionCodeSigningConfig',
    method: 'GET',
    path: '/2020-06-30/functions/:functionName/code-signing-config',
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const { latest } = await findFunction(store, request);
      return { status: 200, body: { CodeSigningConfigArn: '', FunctionName: latest.name } };
    },
  };
}
