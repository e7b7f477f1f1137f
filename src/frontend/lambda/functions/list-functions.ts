import { listedConfiguration } from '../../../api/function-configuration.ts';
import type { FunctionRecord } from '../../../model/functions/function-record.ts';
import { latestVersion } from '../../../model/functions/function.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import { functionsPath } from '../context.ts';
import type { LambdaContext } from '../context.ts';
import type { Functions } from '../find-function.ts';
import { pageMax } from '../max-items.ts';
import { firstOf, pageStart } from '../pages.ts';

export function listFunctions({ store }: LambdaContext): Operation {
  return {
    name: 'ListFunctions',
    method: 'GET',
    path: functionsPath,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const { account } = request.scope;
      const all = request.query('FunctionVersion') === 'ALL';
      const list = all ? 'versions of functions' : 'functions';
      const after = pageStart(request, list);
      const rest = all
        ? await versionsAfter(store, account, placeIn(after), pageMax + 1)
        : await store.functions.list(account, after, pageMax + 1);
      const { items, next } = firstOf(request, list, rest, all ? placeOf : ({ latest }) => latest.name);
      const Functions = items.map((record) => listedConfiguration(record, all ? record.latest.version : undefined));
      return { status: 200, body: { Functions, ...next } };
    },
  };
}

/** A function's name and one of its versions, 0 for `$LATEST`: the last of a page. */
interface Place {
  readonly name: string;
  readonly number: number;
}

/** What comes after a place: functions in order of names, each with its versions, `$LATEST` first; at most `limit`. */
async function versionsAfter(
  { functions, versions }: Functions,
  account: string,
  { name, number }: Place,
  limit: number,
): Promise<readonly FunctionRecord[]> {
  const found: FunctionRecord[] = [];
  if (name !== '') found.push(...(await versions.list(account, name, number, limit)));
  for (const record of await functions.list(account, name, limit - found.length)) {
    if (found.length >= limit) break;
    found.push(record, ...(await versions.list(account, record.latest.name, 0, limit - found.length - 1)));
  }
  return found;
}

function placeOf({ latest: { name, version } }: FunctionRecord): string {
  return version === latestVersion ? name : `${name}:${version}`;
}

function placeIn(text: string): Place {
  const [name = '', number = '0'] = text.split(':');
  return { name, number: /^\d{1,15}$/.test(number) ? Number(number) : 0 };
}
