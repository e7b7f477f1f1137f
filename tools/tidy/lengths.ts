import { type Finding, isCode, isTest, type Source } from './source.ts';

/** Files aim at 150 lines; beyond this many lines of code they have more than one idea. */
const linesMax = 200;
/** Tests tell several stories each. */
const testLinesMax = 400;

/** Files that may be longer, and why. */
export const lengthExceptions: Readonly<Record<string, string>> = {
  'src/api/model/operations.ts': 'a table that tools/lambda-model.ts makes of AWS’s model',
  'src/api/model/shapes.ts': 'a table that tools/lambda-model.ts makes of AWS’s model',
  'src/api/model/scheduler/shapes.ts': 'a table that tools/lambda-model.ts makes of AWS’s model',
  'src/sdk/threads/thread/thread.ts': 'one class whose methods are the interface that users read as a whole',
  'src/worker-manager/running/run.ts': 'one state machine: how far an invocation is on its container, and how it ends',
  'src/runtime/node/serve.ts': 'one state machine: which invocation runs, how far it is, and who answers for it',
  'src/instance/channels/agent-link.ts':
    'one table: each request of the agent, with its deadline and what waits for it',
  'src/instance/channels/container-link.ts':
    'one state machine: what a runtime may say when, and who is told; the same when it stands still or is a copy',
  'src/instance/guest/booted-container.ts': 'one state machine: a container from its hello to its end, whoever ends it',
  'src/instance/guest/booted-guest.ts':
    'one state machine: an instance, its links and its containers live and die together',
  'src/worker-manager/active-pool/active-pool.ts':
    'every transition of one state, each of which keeps all indexes right',
  'src/worker-manager/manager.ts': 'the contract of the worker manager, a few lines for each of its methods',
  'bench/targets.ts': 'a table: each goal, and what it is measured by',
  'src/frontend/threads/session.ts': 'one table: each message of a client, and who carries it out',
  'src/events/async/dispatcher.ts': 'one state machine: what of a line is in memory, runs, waits and is written down',
  'src/events/sources/event-sources.ts':
    'one state machine: a mapping is started, read, changed and ended in one place',
  'src/sdk/threads/session/client-session.ts': 'one state machine: connecting, breaking and resuming belong together',
  'src/runtime/extensions/supervisor.ts':
    'one state machine: how far a container is, and who is waited for in each state',
};

/** Lines that are neither empty nor only a comment: to explain much is no fault. */
function codeLines(text: string): number {
  return text.split('\n').filter((line) => !/^\s*($|\/\/|\/?\*)/.test(line)).length;
}

/** Files stay short. */
export function findLongFiles(sources: readonly Source[]): readonly Finding[] {
  return sources
    .filter((source) => isCode(source.path) && lengthExceptions[source.path] === undefined)
    .flatMap((source) => {
      const lines = codeLines(source.text);
      const max = isTest(source.path) ? testLinesMax : linesMax;
      if (lines <= max) return [];
      const message = `has ${lines} lines of code, more than ${max}: split it, or say why not in tools/tidy/lengths.ts`;
      return [{ path: source.path, line: 0, message }];
    });
}
