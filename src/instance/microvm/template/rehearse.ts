import { randomBytes } from 'node:crypto';
import { limits } from '../../../model/limits.ts';
import type { AgentLink } from '../../channels/agent-link.ts';
import type { ContainerLink } from '../../channels/container-link.ts';
import { rehearsalCode, rehearseCode } from '../../guest/rehearsal.ts';

/**
 * How often what can be done more than once is done. V8 only begins to remember the shapes of objects when a function has
 * run several times; with 3 rounds the copies did that, and got to user code 10 ms (of 215) later.
 */
const rounds = 12;

/**
 * Has the guest do once what each copy of it will do first, and leave nothing of it. V8 compiles a function when it is
 * first called, and the kernel maps a page when it is first touched: done here, copies find it done, and emulated ones get
 * to user code in a fraction of the time.
 */
export async function rehearse(agent: AgentLink, blanks: readonly ContainerLink[]): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    // A fraction, as copies are told: V8 tells a number that is whole from one that is not.
    await agent.identify('template', randomBytes(64), 0.5);
    await agent.ping();
    await rehearseCode(agent);
    for (const blank of blanks) await blank.rehearse();
  }
}

/** The same for what can be done once in a container's life: takes one from its beginning to its end. */
export async function rehearseContainer(
  agent: AgentLink,
  container: (channel: number) => Promise<ContainerLink>,
): Promise<void> {
  const channel = limits.rehearsalChannel;
  const link = await container(channel);
  await agent.storeCode(rehearsalCode);
  await agent.bind({ channel, memoryMb: init.memoryMb }, rehearsalCode.sha256);
  link.init(init);
  for (let round = 0; round < rounds; round++) {
    await link.invoke(invocation);
    await agent.flush(channel);
  }
  await agent.kill(channel);
  await agent.dropCode(rehearsalCode.sha256);
}

const init = {
  type: 'init',
  handler: 'index.handler',
  environment: {},
  functionName: 'rehearsal',
  functionVersion: '$LATEST',
  functionArn: '',
  memoryMb: limits.functionMemoryMbMin,
  logGroup: '',
  logStream: '',
  randomSeed: 1,
} as const;

const invocation = {
  requestId: '00000000-0000-0000-0000-000000000000',
  timeoutMs: 60_000,
  payload: Buffer.from('{}'),
  onStarted: () => undefined,
  onLog: () => undefined,
} as const;
