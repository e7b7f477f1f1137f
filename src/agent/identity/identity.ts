import { execFile, spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { AgentProfile } from '../../protocol/profile.ts';
import type { AgentRequest } from '../../protocol/messages.ts';
import { helperScript } from './helper-script.ts';

const bootIdPath = '/proc/sys/kernel/random/boot_id';
const machineIdPath = '/etc/machine-id';

/** Who this instance is: changed as a whole when it turns out to be a copy. */
export interface Identity {
  /**
   * Makes this instance differ from what it was copied from: feeds the kernel's generator and makes it reseed, sets the
   * clock, gives new boot and machine ids, and the instance's id as host name, to running containers too; of one that is the `same`, only
   * the generator and the clock. May be called again.
   * Throws if one of these could not be done: then the instance must not serve anybody.
   */
  identify(request: Omit<Extract<AgentRequest, { type: 'identify' }>, 'type' | 'seq'>): Promise<void>;
  /**
   * To be called once for each container, with the id of a process in its UTS namespace as the agent sees it, before the
   * container counts as made. Throws if there is no such process.
   */
  containerStarted(pid: number): Promise<void>;
  /**
   * Files that a container must see in the place of others, `[path here, path in the container]`, read-only; after `/proc`
   * is mounted. They are rewritten in place, so running containers see the change.
   */
  readonly binds: readonly (readonly [from: string, to: string])[];
}

/**
 * Starts the helper of an instance that will be copied. To be called once, when the agent starts and is root, before it
 * says hello, only if `profile.clones`. The helper ends with the agent.
 */
export async function startIdentityHelper(profile: Pick<AgentProfile, 'workDir'>): Promise<Identity> {
  const folder = join(profile.workDir, 'identity');
  const [bootIdFile, machineIdFile] = [join(folder, 'boot-id'), join(folder, 'machine-id')];
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const bootId = await readFile(bootIdPath, 'utf8');
  await writeFile(bootIdFile, bootId, { mode: 0o444 });
  await writeFile(machineIdFile, bootId.replaceAll('-', ''), { mode: 0o444 });
  const binds = [
    [bootIdFile, bootIdPath],
    [machineIdFile, machineIdPath],
  ] as const;
  // The agent's own children see them as well, whatever they are.
  for (const [from, to] of binds) await promisify(execFile)('busybox', ['mount', '-o', 'bind', from, to]);
  const ask = startHelper([bootIdFile, machineIdFile]);
  return {
    identify: ({ instanceId, wallMs, behindMs, entropy, same }) => {
      if (!/^[a-z0-9-]{1,63}$/.test(instanceId))
        throw new Error(`${JSON.stringify(instanceId)} cannot be a host name.`);
      const clock = behindMs === undefined ? `at ${wallMs}` : `by ${behindMs}`;
      return ask(
        `${same === true ? 'same' : 'identify'} ${clock} ${instanceId} ${Buffer.from(entropy).toString('hex')}`,
      );
    },
    containerStarted: (pid) => ask(`container ${pid}`),
    binds,
  };
}

/** Gives a function that sends the helper one line, resolves at `ok`, and throws at anything else. */
function startHelper(files: readonly string[]): (line: string) => Promise<void> {
  const helper = spawn('perl', ['-e', helperScript, ...files], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting: ((answer: string) => void)[] = [];
  let ended: string | undefined;
  let unread = '';
  const end = (reason: string): void => {
    ended ??= reason;
    for (const answer of waiting.splice(0)) answer(reason);
  };
  helper.once('error', (error) => end(`failed ${error.message}`));
  helper.once('exit', (code, signal) => end(`failed the identity helper ended with ${signal ?? code}`));
  helper.stdin.on('error', () => undefined); // `exit` says it
  // Not `readline`: in an emulated copy that alone would take a tenth of the whole.
  helper.stdout.setEncoding('latin1').on('data', (text: string) => {
    const lines = (unread + text).split('\n');
    unread = lines.pop() ?? '';
    for (const line of lines) waiting.shift()?.(line);
  });
  return (line) =>
    new Promise((resolve, reject) => {
      if (ended !== undefined) return reject(new Error(ended));
      waiting.push((answer) => (answer === 'ok' ? resolve() : reject(new Error(`The identity helper ${answer}`))));
      helper.stdin.write(`${line}\n`);
    });
}
