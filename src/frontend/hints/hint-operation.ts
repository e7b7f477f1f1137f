import { readHint } from '../../api/hint.ts';
import { jsonInput } from '../../api/json-input.ts';
import { smallBodyBytesMax, type Operation } from '../routes/operation.ts';
import { expectCalls, type Expecting } from './expect.ts';

/** `POST /heddle/v1/hints`: calls of a function will come. The answer says for how many of them something is prepared, and why not for the others. */
export function giveHint(context: Expecting): Operation {
  return {
    name: 'GiveHint',
    method: 'POST',
    path: '/heddle/v1/hints',
    bodyBytesMax: smallBodyBytesMax,
    async run({ body, scope }) {
      return { status: 200, body: await expectCalls(context, scope, readHint(jsonInput(body)), 'hint') };
    },
  };
}
