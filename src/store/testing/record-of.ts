import type { FunctionRecord } from '../../model/functions/function-record.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';

/** The account of made-up functions. */
export const testAccount = '123456789012';

/** A record for tests. */
export function recordOf(name: string, changes: Partial<FunctionVersion> = {}): FunctionRecord {
  const account = changes.account ?? testAccount;
  const latest = {
    account,
    name,
    version: '$LATEST',
    arn: `arn:aws:lambda:eu-west-1:${account}:function:${name}`,
    revisionId: 'first',
    runtime: 'nodejs24.x' as const,
    handler: 'index.handler',
    codeSha256: 'abc=',
    codeBytes: 10,
    memoryMb: 128,
    timeoutMs: 3_000,
    environment: { QUOTE: `'"\\\n\u0000ü` },
    description: '',
    role: 'arn:aws:iam::123456789012:role/any',
    modifiedAt: 1_700_000_000_123,
    ...changes,
  };
  return { latest, createdAt: 1, state: { status: 'Active' }, update: { status: 'Successful' }, tags: { a: 'b' } };
}
