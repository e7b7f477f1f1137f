import { DurableRun, type Durable } from './durable-run.ts';
import { ExecutionLink } from './link.ts';
import { valueOf } from './values.ts';

/**
 * Runs a program whose steps are not run twice. What its steps gave is kept by the service under `name`: a program that died is started again
 * and goes on after the last step that was done, and one that has ended gives its result at once. Somebody else who runs the same `name` waits.
 *
 * Between steps a program must do the same each time: what is by chance, or changes something outside, belongs in a step. What steps and the program give is
 * kept as JSON.
 *
 * @param name Letters, digits, `-` and `_`, at most 64.
 * @throws DurableError What the program threw, also when it is asked for again.
 */
export async function durable<R>(name: string, body: (d: Durable) => Promise<R>): Promise<R> {
  const link = new ExecutionLink(name);
  try {
    const before = await link.open();
    if (before !== undefined) {
      if ('error' in before) throw before.error;
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is what was kept under this name, whose type only its caller knows
      return valueOf(before.result) as R;
    }
    return await new DurableRun(link).run(body);
  } finally {
    link.close();
  }
}
