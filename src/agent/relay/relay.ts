import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { AgentProfile } from '../../protocol/profile.ts';
import { relayScript } from './relay-script.ts';

/** What carries containers' connections to the service, and goes into their namespaces, see `relay-script.ts`. It ends with the agent. */
export interface Relay {
  /** Connections of a container are carried from when this resolves. `pid` is in its network namespace. Throws if that cannot be had. */
  containerStarted(channel: number, pid: number): Promise<void>;
  /** The container has another `/tmp` of so many MiB when this resolves: nobody has written to the one before. Throws if that cannot be had. */
  storage(pid: number, mb: number): Promise<void>;
  /** Nothing of the container is left: nor of its connections, when this resolves. */
  containerEnded(channel: number): Promise<void>;
}

/**
 * Starts the relay, with the channel that it speaks to the service on. To be called once. `onEnd`: it ended, and containers made
 * from then on cannot be connected.
 */
export function startRelay(
  profile: Pick<AgentProfile, 'kernel' | 'user'>,
  channel: number,
  onEnd: (reason: string) => void,
): Relay {
  const namespaces = profile.user.kind === 'ids' ? 'shared' : 'own';
  const relay: ChildProcess = spawn('perl', ['-e', relayScript, profile.kernel, namespaces], {
    stdio: ['pipe', 'pipe', 'inherit', channel],
    env: { PATH: '/usr/bin:/bin' },
    cwd: '/',
  });
  closeSync(channel);
  const { stdin, stdout } = relay;
  if (stdin === null || stdout === null) throw new Error('The relay was given no pipes.');
  const waiting: ((answer: string) => void)[] = [];
  let ended: string | undefined;
  let unread = '';
  const end = (reason: string): void => {
    if (ended !== undefined) return;
    ended = reason;
    for (const answer of waiting.splice(0)) answer(reason);
    onEnd(reason);
  };
  relay.once('error', (error) => end(`failed to start: ${error.message}`));
  relay.once('exit', (code, signal) => end(`ended with ${signal ?? code}`));
  stdin.on('error', () => undefined); // `exit` says it
  stdout.setEncoding('latin1').on('data', (text: string) => {
    const lines = (unread + text).split('\n');
    unread = lines.pop() ?? '';
    for (const line of lines) waiting.shift()?.(line);
  });
  const ask = (line: string): Promise<void> =>
    new Promise((resolve, reject) => {
      if (ended !== undefined) return reject(new Error(`The relay ${ended}.`));
      waiting.push((answer) => (answer === 'ok' ? resolve() : reject(new Error(`The relay ${answer}.`))));
      stdin.write(`${line}\n`);
    });
  return {
    containerStarted: (number, pid) => ask(`container ${number} ${pid}`),
    storage: (pid, mb) => ask(`storage ${pid} ${mb}`),
    containerEnded: (number) => ask(`gone ${number}`),
  };
}
