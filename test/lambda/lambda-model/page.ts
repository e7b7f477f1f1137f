import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../tools/tidy/source.ts';
import { partly } from './partly.ts';
import type { OperationSchema } from './schema.ts';
import type { Seen } from './walk.ts';

/** Where the page is that says what works. */
export const pagePath: string = join(root, 'docs/lambda-compatibility.md');

/** What the page should say: of every operation, what was seen. */
export function pageOf(operations: readonly OperationSchema[], seen: ReadonlyMap<string, Seen>): string {
  const rows = operations.map((operation) => ({ operation, ...verdictOf(operation.name, seen.get(operation.name)) }));
  const count = (verdict: string): number => rows.filter((row) => row.verdict === verdict).length;
  return [
    '# The operations of the AWS Lambda API',
    '',
    `Each of the ${rows.length} operations that the newest AWS SDK for JavaScript knows is called by it against a running service, and each answer held, as it came, against`,
    `AWS's model: ${count('works')} work, ${count('partly')} work in part, ${count('refused')} are refused with \`NotImplementedException\` (501) and a reason. This page is made by`,
    '`./heddle --node tools/lambda-compatibility.ts`, and a test says when it is no longer true.',
    '',
    '| operation | request | | what is not so, or why not |',
    '|---|---|---|---|',
    ...rows.map(
      ({ operation: { name, method, uri }, verdict, why }) =>
        `| ${name} | \`${method} ${uri}\` | ${verdict} | ${why} |`,
    ),
    '',
  ].join('\n');
}

/** The page as it is. */
export function pageAsItIs(): string {
  return readFileSync(pagePath, 'utf8');
}

function verdictOf(name: string, seen: Seen | undefined): { readonly verdict: string; readonly why: string } {
  if (seen === undefined) return { verdict: 'untried', why: 'test/lambda/lambda-model/story.ts has no call of it' };
  if (seen.outcome === 'refused') return { verdict: 'refused', why: reasonIn(seen.message) };
  if (seen.outcome === 'failed') return { verdict: 'fails', why: seen.message };
  const why = partly[name];
  if (seen.outcome === 'nothing there') return { verdict: 'partly', why: why ?? 'There is never any.' };
  return why === undefined ? { verdict: 'works', why: '' } : { verdict: 'partly', why };
}

/** `The operation … is not in Heddle: signatures …` → `Signatures …`. */
function reasonIn(message: string): string {
  const [, reason = message] = /not in Heddle(?: yet)?[.:] ?(.*)$/.exec(message) ?? [];
  return reason === '' ? 'Not yet.' : reason.charAt(0).toUpperCase() + reason.slice(1);
}
