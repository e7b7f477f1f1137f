import { ApiError } from '../../api/errors.ts';
import type { FrontendOptions } from '../context.ts';
import { callersHome, smallBodyBytesMax } from '../routes/operation.ts';
import type { Operation } from '../routes/operation.ts';

/** A thread of the newest of an account, in full: a ThreadDetail. It is where the account's sessions are. */
export function getThread({ threads }: FrontendOptions): Operation {
  return {
    name: 'GetThread',
    method: 'GET',
    path: '/heddle/v1/threads/:threadId',
    bodyBytesMax: smallBodyBytesMax,
    home: callersHome,
    async run(request) {
      const id = request.parameter('threadId');
      const record = threads?.find(request.scope.account, id);
      if (record !== undefined) return { status: 200, body: record.detail() };
      throw new ApiError('ResourceNotFoundException', `There is no thread ${id} among the newest of the account.`);
    },
  };
}
