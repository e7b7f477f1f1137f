// Runs snippets that somebody else wrote, such as a language model: each in a container of its own, for at most 2 s, with
// little memory and no network, and apart: they can neither start threads nor reach what threads share. What they print, give
// and throw comes back as text.
//
//   ./heddle run examples/threads/untrusted.ts [SNIPPET]
import { randomUUID } from 'node:crypto';
import { remote, RemoteError } from 'heddle';

const work = remote<typeof import('./untrusted-work.ts')>(new URL('./untrusted-work.ts', import.meta.url));

interface Outcome {
  readonly result: string;
  readonly printed: string;
}

/** Runs a snippet: the body of an async function, as text. Never throws for what the snippet does. */
async function run(snippet: string): Promise<Outcome> {
  // Threads with the same code and environment take turns in the same containers. With an environment of its own nobody
  // comes after this snippet, and finds what it left behind.
  const env = { SNIPPET: randomUUID() };
  const limits = { timeoutMs: 2_000, memoryMb: 128, apart: true };
  const thread = work.runSnippet.with({ ...limits, env, output: 'silent' }).spawn(snippet);
  const printed = Array.fromAsync(thread.logs());
  const result = await thread.then(
    (value) => `gave ${value}`,
    (error: unknown) => {
      if (!(error instanceof RemoteError)) throw error;
      return error.kind === 'throw' ? `threw ${error.remoteName}: ${error.message}` : `ended: ${error.kind}`;
    },
  );
  return { result, printed: (await printed).join('') };
}

const samples = [
  "console.log('thinking'); return 6 * 7;",
  "throw new TypeError('no such luck');",
  'for (;;);',
  'const hoard = []; for (;;) hoard.push(Buffer.alloc(16_777_216, 1));',
  "return await fetch('http://192.0.2.1/').then(() => 'the network', () => 'no network');",
  'globalThis.leftBehind = 1;',
  'return typeof leftBehind;',
];

const [given] = process.argv.slice(2);
for (const snippet of given === undefined ? samples : [given]) {
  const { result, printed } = await run(snippet);
  console.log(`> ${snippet}`);
  for (const line of printed.split('\n')) if (line !== '') console.log(`  | ${line}`);
  console.log(`  ${result}`);
}
