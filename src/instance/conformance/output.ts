import assert from 'node:assert/strict';
import type { ContainerInvocation, GuestContainer } from '../guest.ts';
import { invoke } from '../guest-fixture.ts';
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
    const printed = await printedBy(container, (text) => text.includes('by sh again\n'));
    assert.equal(printed, 'appended\nwritten\nby sh\nby sh again\n');
  });
}

/** Invokes, and gives all that was printed when it is `whole`, with the answer or after it. */
async function printedBy(container: GuestContainer, whole: (text: string) => boolean): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let text = '';
  const onLog = (more: string): void => {
    text += more;
    if (whole(text)) resolve(text);
  };
  const changes: Partial<ContainerInvocation> = { onLog, onLateLog: onLog };
  const { answer } = await invoke(container, {}, changes);
  assert.ok(answer.ok, JSON.stringify(answer));
  return promise;
}
