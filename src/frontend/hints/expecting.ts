import { expectedHeader, expectHeader, parseExpectHeader } from '../../api/hint.ts';
import type { Scope } from '../../api/function-ref.ts';
import type { ApiReply, ApiRequest, Operation } from '../routes/operation.ts';
import { expectOrTell, type Expected, type Expecting } from './expect.ts';

/** The same operation, an invocation, whose requests may say by a header which others follow; the answer says what came of that. */
export function expecting(context: Expecting, operation: Operation): Operation {
  return {
    ...operation,
    // No `async`: requests without the header are passed on as they are.
    run(request) {
      const said = request.header(expectHeader);
      return said === undefined ? operation.run(request) : withHints(context, operation, request, said);
    },
  };
}

async function withHints(
  context: Expecting,
  operation: Operation,
  request: ApiRequest,
  said: string,
): Promise<ApiReply> {
  // While the invocation runs.
  const [expected, reply] = await Promise.all([expectedBy(context, request.scope, said), operation.run(request)]);
  return { ...reply, headers: { ...reply.headers, [expectedHeader]: expected } };
}

/**
 * Expects what a header says, for who signed the request; resolves to the text of the answer's header. Throws InvalidParameterValueException at once
 * for a header that says nothing clearly.
 */
export function expectedBy(context: Expecting, scope: Scope, said: string): Promise<string> {
  const hints = parseExpectHeader(said);
  return Promise.all(hints.map((hint) => expectOrTell(context, scope, hint, 'hint'))).then((all) =>
    all.map(expectedText).join(', '),
  );
}

/** `resize=2;ready=1;refused=1;why=memory`: prepared for two calls, of which one finds an idle container; for one not. */
function expectedText({ function: name, taken, ready, refused }: Expected): string {
  const left = refused.reduce((sum, { count }) => sum + count, 0);
  const why = left === 0 ? '' : `;refused=${left};why=${refused.map((refusal) => refusal.why).join('+')}`;
  return `${name}=${taken};ready=${ready}${why}`;
}
