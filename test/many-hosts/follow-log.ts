import { closeSync, openSync, readSync, watch } from 'node:fs';

const partBytes = 65_536;

/** Gives what a file has, and what is added to it, as it is. */
export function followLog(path: string, say: (text: string) => void): Disposable {
  const file = openSync(path, 'r');
  const part = Buffer.alloc(partBytes);
  const more = (): void => {
    for (;;) {
      const bytes = readSync(file, part, 0, partBytes, null);
      if (bytes === 0) return;
      say(part.toString('utf8', 0, bytes));
    }
  };
  const watching = watch(path, more);
  more();
  return {
    [Symbol.dispose]: () => {
      watching.close();
      more();
      closeSync(file);
    },
  };
}
