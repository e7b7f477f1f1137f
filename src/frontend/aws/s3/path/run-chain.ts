import type { StoredObject } from '../../../../objects/contract.ts';
import { ObjectError } from '../../../../objects/errors.ts';
import { connectionGone } from '../../../http/connection-gone.ts';
import type { S3Call } from '../context.ts';
import type { InputSource } from './input.ts';
import type { StepOutput, Written } from './output.ts';
import { runWriting } from './run-step.ts';
import type { PathKind, PathStep } from './settings.ts';

/** What came out of the last function. To be disposed when it was taken, or will not be: then nothing of the path runs on. */
export interface ChainOutput extends Disposable {
  readonly last: Written;
}

/**
 * Has something go through functions: all run at once, each reads what the one before writes, so that nothing of it has to fit anywhere. Resolves when all
 * have begun to write. Throws what the first that fails fails with, or says.
 */
export async function runChain(
  call: S3Call,
  kind: PathKind,
  steps: readonly PathStep[],
  first: InputSource,
  object: Partial<StoredObject>,
): Promise<ChainOutput> {
  const controller = new AbortController();
  const gone = connectionGone(call.request.socket);
  const leave = (): void => controller.abort();
  gone.addEventListener('abort', leave, { once: true });
  const outputs: StepOutput[] = [];
  try {
    let input = first;
    for (const step of steps) {
      const output = await runWriting({ call, kind, step, input, object, cancel: controller.signal });
      outputs.push(output);
      input = inputFrom(output);
    }
    const written = await Promise.all(outputs.map((output) => output.written.then(withoutError)));
    const last = written.at(-1);
    if (last === undefined) throw new Error('A path without functions was run.');
    return { last, [Symbol.dispose]: () => end(written.slice(0, -1)) };
  } catch (error) {
    gone.removeEventListener('abort', leave);
    controller.abort();
    for (const { written } of outputs)
      written.then(
        ({ finish }) => finish(error),
        () => undefined,
      );
    throw error;
  }

  /** The last has written all: others whose output nobody read to its end are not waited for. */
  function end(before: readonly Written[]): void {
    gone.removeEventListener('abort', leave);
    for (const { finish } of before) finish();
  }
}

function withoutError(written: Written): Written {
  const { error, status } = written;
  if (error === undefined) return written;
  written.finish();
  throw new ObjectError(
    { code: error.code, status },
    error.message === '' ? 'A function that this object goes through refuses it.' : error.message,
  );
}

/** What the next function reads. */
function inputFrom(output: StepOutput): InputSource {
  let isRead = false;
  return {
    headers: {},
    async *read() {
      if (isRead) throw new ObjectError('InvalidRequest', 'What another function makes can be read once.');
      isRead = true;
      const { body, finish } = await output.written.then(withoutError);
      try {
        yield* body;
        finish();
      } catch (error) {
        finish(error);
        throw error;
      }
    },
  };
}
