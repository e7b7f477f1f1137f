import type { RuntimeInit } from '../../../protocol/messages.ts';
import { ownNodeFlags } from '../../../protocol/node-flags.ts';
import { ownNodeMark } from '../../../protocol/own-node-mark.ts';
import type { RuntimeCommand } from './child-runtime.ts';

/** How a runtime is started for one function, with what it is to take over on file descriptor 4. `runtime`: `[LANGUAGE, PROGRAM, FILE]`. */
export function commandOf(taskRoot: string, runtime: readonly string[]): (init: RuntimeInit) => RuntimeCommand {
  const [language, program = '', file = ''] = runtime;
  if (language !== 'node' && language !== 'python') throw new Error(`There is no runtime of ${String(language)}.`);
  return ({ environment, memoryMb }) => {
    const plain =
      language === 'node'
        ? [program, ...ownNodeFlags(memoryMb, environment['NODE_OPTIONS'] ?? ''), file]
        : [program, file, taskRoot, 'serve-first', '--resume=4'];
    const wrapper = environment['AWS_LAMBDA_EXEC_WRAPPER'] ?? '';
    const [first = '', ...args] = wrapper === '' ? plain : [wrapper, ...plain];
    const mark = language === 'node' ? { [ownNodeMark]: taskRoot } : {};
    return { program: first, args, environment: { ...environment, ...mark } };
  };
}
