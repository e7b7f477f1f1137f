import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../tidy/source.ts';
import { reasons } from './reasons.ts';
import type { TestRun } from './run-test.ts';

/** Where it is written down what came of the tests. */
export const pagePath = 'docs/worker-threads.md';

const mark = '<!-- From here on written by tools/node-worker-tests.ts -->';

/** The list that a test belongs to: one that started no Worker elsewhere has not passed, whatever it says. */
export function listOf({ passed, starts }: TestRun): 'passes' | 'no start' | 'fails' {
  if (!passed) return 'fails';
  return starts > 0 ? 'passes' : 'no start';
}

/** The page anew: what people wrote stays, the lists are those of `runs`. */
export function pageOf(runs: readonly TestRun[]): string {
  const [words = ''] = readFileSync(join(root, pagePath), 'utf8').split(mark);
  const named = (list: ReturnType<typeof listOf>): string[] =>
    runs.filter((run) => listOf(run) === list).map(({ name }) => name);
  const [passes, others, fails] = [named('passes'), named('no start'), named('fails')];
  const failing = fails.map((name) => `| \`${name}\` | ${reasons[name] ?? 'not looked into'} |`);
  return [
    `${words}${mark}`,
    '',
    `### Passing: ${passes.length}`,
    '',
    ...passes.map((name) => `- \`${name}\``),
    '',
    `### Failing: ${fails.length}`,
    '',
    '| test | why |',
    '| --- | --- |',
    ...failing,
    '',
    `### Passing without a Worker elsewhere, and so not counted: ${others.length}`,
    '',
    'Most of them are about ports and channels in one thread, or end before a Worker has begun.',
    '',
    ...others.map((name) => `- \`${name}\``),
    '',
  ].join('\n');
}

/** Names on the passing list of the page. */
export function passingNames(): string[] {
  const page = readFileSync(join(root, pagePath), 'utf8');
  const list = /### Passing: \d+\n\n((?:- .*\n)*)/.exec(page)?.[1] ?? '';
  return [...list.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
}
