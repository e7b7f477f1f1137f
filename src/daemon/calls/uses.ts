import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { writeFileAtomic } from '../../store/atomic-file.ts';
import type { KnownFunctions } from '../../warming-pool/forecast/known-functions.ts';

/** What functions were last called is written so often, where it changed, ms. What is lost by a crash is a guess less. */
const everyMs = 30_000;

/**
 * Reads from `path` when functions were last called, and writes it there now and then, and when it is disposed of. A file that cannot be
 * read is as good as none: it only tells what to make ready first.
 */
export async function keepUses(known: KnownFunctions, path: string, logger: Logger): Promise<AsyncDisposable> {
  known.restore(await readUses(path));
  let written = '';
  const write = async (): Promise<void> => {
    const text = JSON.stringify(known.uses);
    if (text === written) return;
    written = text;
    await writeFileAtomic(path, [Buffer.from(text)]).catch((err: unknown) => {
      logger.warn({ err, path }, 'When functions were last called could not be kept.');
    });
  };
  const timer = setInterval(() => void write(), everyMs).unref();
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await write();
    },
  };
}

async function readUses(path: string): Promise<[string, number][]> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return Array.isArray(value) ? value.filter(isUse) : [];
  } catch {
    return []; // The first start, or a file that was cut.
  }
}

function isUse(value: unknown): value is [string, number] {
  return Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'number';
}
