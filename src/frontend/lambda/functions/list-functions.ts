import { checkRange, constraintError } from '../../../api/constraint.ts';
import { functionConfiguration } from '../../../api/function-configuration.ts';
import { smallBodyBytesMax } from '../../operation.ts';
import type { Operation } from '../../operation.ts';
import { functionsPath } from '../context.ts';
import type { LambdaContext } from '../context.ts';

/** What AWS gives at most in one answer, whatever was asked for. */
const pageMax = 50;

export function listFunctions({ store }: LambdaContext): Operation {
  return {
    name: 'ListFunctions',
    method: 'GET',
    path: functionsPath,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const { scope } = request;
      const limit = Math.min(pageMax, maxItems(request.query('MaxItems')));
      const all = request.query('FunctionVersion') === 'ALL';
      const after = Buffer.from(request.query('Marker') ?? '', 'base64url').toString();
      const found = await store.functions.list(scope.account, after, limit + 1);
      const page = found.slice(0, limit);
      const last = page.at(-1)?.latest.name;
      const more = found.length > limit && last !== undefined;
      return {
        status: 200,
        body: {
          Functions: page.map((record) => functionConfiguration(record, all)),
          ...(more && { NextMarker: Buffer.from(last).toString('base64url') }),
        },
      };
    },
  };
}

function maxItems(text: string | undefined): number {
  if (text === undefined) return pageMax;
  if (!/^\d{1,6}$/.test(text)) throw constraintError('maxItems', text, 'Member must be a number');
  checkRange('maxItems', Number(text), 1, 10_000);
  return Number(text);
}
