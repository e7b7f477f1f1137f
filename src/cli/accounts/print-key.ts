import type { Shape } from '../../sdk/shape.ts';
import { launcher } from '../context.ts';
import { paint } from '../output/style.ts';

/** Prints a new key, so that a shell can take it in, and says that this is the only time. */
export function printNewKey(key: Shape): void {
  process.stdout.write(
    `export HEDDLE_ACCESS_KEY_ID=${key.text('accessKeyId')}\nexport HEDDLE_SECRET_ACCESS_KEY=${key.text('secretAccessKey')}\n`,
  );
  const words = `  The secret is shown this once. For AWS's tools, where that is set: eval "$(${launcher()} env)"`;
  process.stderr.write(`${paint('dim', words, process.stderr)}\n`);
}

/** `1234… (ci)`. */
export function accountWords(account: Shape): string {
  const name = account.text('name');
  return name === '' ? account.text('id') : `${account.text('id')} (${name})`;
}

/** When something was made, for people. */
export function dateText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

/** Says that something was done. */
export function done(text: string): void {
  process.stderr.write(`${paint('green', '✓', process.stderr)} ${text}\n`);
}
