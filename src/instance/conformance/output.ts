import assert from 'node:assert/strict';
import { invoke, load } from '../guest-fixture.ts';
import { ContainerDiedError } from '../guest/container-died.ts';
import { bootGuest, cleanTest, loaded, type Subject } from './subject.ts';

/** What user code prints other than by `console`. */
export function output(subject: Subject): void {
  cleanTest(subject, 'user code and the programs it starts may open what they print to', async () => {
    await using booted = await bootGuest(subject);
    const container = await loaded(
      booted.first,
      `import fs from 'node:fs';
       import { execFileSync } from 'node:child_process';
       export const handler = async () => {
         fs.appendFileSync('/dev/stdout', 'appended\\n');
         fs.writeFileSync('/dev/stderr', 'written\\n');
         execFileSync('sh', ['-c', 'echo by sh > /dev/stdout; echo by sh again >> /dev/stderr'], { stdio: 'inherit' });
       };`,
    );
    const { answer, log } = await invoke(container);
    assert.ok(answer.ok, JSON.stringify(answer));
    assert.equal(log, 'appended\nwritten\nby sh\nby sh again\n');
  });

  cleanTest(subject, 'what was printed before the answer is in its log, whoever printed it', async () => {
    await using booted = await bootGuest(subject);
    const container = await loaded(
      booted.first,
      `import fs from 'node:fs';
       import { spawn } from 'node:child_process';
       export const handler = async (n) => {
         console.log('console ' + n);
         fs.writeSync(1, 'raw ' + n + '\\n' + 'x'.repeat(50_000) + '\\n');
         await new Promise((done) => spawn('sh', ['-c', 'echo program ' + n + ' >&2'], { stdio: 'inherit' }).on('exit', done));
       };`,
    );
    for (let n = 0; n < 10; n++) {
      const { log } = await invoke(container, n);
      // The two ways that text takes do not wait for each other, so a line of `console` may come at any place.
      const [line = ''] = /\S+\t\S+\tINFO\tconsole \d+\n/.exec(log) ?? [];
      assert.ok(line.endsWith(`console ${n}\n`), log.slice(0, 200));
      const rest = log.replace(line, '').replace('x'.repeat(50_000), 'x');
      assert.ok(rest === `raw ${n}\nx\nprogram ${n}\n`, `${log.length} characters, ${rest.slice(0, 200)}`);
    }
  });

  cleanTest(subject, 'what was printed before a sudden end is in the log of the invocation', async () => {
    await using booted = await bootGuest(subject);
    const container = await loaded(
      booted.first,
      `import fs from 'node:fs';
       export const handler = async () => { fs.writeSync(2, 'last words\\n'); process.kill(process.pid, 'SIGKILL'); };`,
    );
    let log = '';
    await assert.rejects(invoke(container, {}, { onLog: (text) => (log += text) }), ContainerDiedError);
    assert.equal(log, 'last words\n');
  });

  cleanTest(
    subject,
    'what a Node of its own says before it is called is kept, also where it never will be',
    async () => {
      await using booted = await bootGuest(subject);
      const container = booted.first;
      const environment = { NODE_OPTIONS: '--no-such-flag' };
      // It may end before or after its code was bound.
      await load(container, 'export const handler = () => 1;', { environment }).catch((error: unknown) => {
        if (!(error instanceof ContainerDiedError)) throw error;
      });
      const { reason, code } = await container.exited;
      assert.deepEqual([reason, code], ['exit', 9]);
      assert.match(container.unheard(), /no-such-flag is not allowed in NODE_OPTIONS/);
    },
  );
}
