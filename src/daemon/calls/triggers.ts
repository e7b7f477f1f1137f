import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { TriggerWatch } from '../../frontend/triggers/trigger-watch.ts';
import type { KeptTrigger, TriggerBook } from '../../frontend/triggers/trigger-book.ts';
import type { Clock } from '../../model/clock.ts';
import type { Settings } from '../../model/functions/settings.ts';
import { writeFileAtomic } from '../../store/atomic-file.ts';
import { fieldsOf, readTrigger, wireOfTrigger } from './kept-trigger.ts';

/** What was learned is written so often, where it changed, ms. What a crash loses is a few notifications. */
const everyMs = 10_000;
/** Raised with every incompatible change of the file, which then is not read. */
const version = 1;

/** What notifications are followed by, with what was learned before; `undo` keeps it for the next service. Hosts of a cluster learn together. */
export async function openTriggers(
  { home }: Pick<Settings, 'home'>,
  clock: Clock,
  logger: Logger,
  undo: AsyncDisposableStack,
  cluster: { shareTriggers(triggers: TriggerWatch, undo: AsyncDisposableStack): void } | undefined,
): Promise<TriggerWatch> {
  const triggers = new TriggerWatch(clock);
  undo.use(await keepTriggers(triggers.book, join(home, 'triggers.json'), clock, logger));
  cluster?.shareTriggers(triggers, undo);
  return triggers;
}

/**
 * Reads from `path` what was learned of triggers, and writes it there now and then, and when it is disposed of. What cannot be read of it is left
 * out: it is learned again.
 */
async function keepTriggers(book: TriggerBook, path: string, clock: Clock, logger: Logger): Promise<AsyncDisposable> {
  book.restore(await readTriggers(path), clock.now());
  const write = async (): Promise<void> => {
    if (!book.changed) return;
    book.changed = false;
    const text = JSON.stringify({ version, triggers: book.kept.map(wireOfTrigger) });
    await writeFileAtomic(path, [Buffer.from(text)]).catch((err: unknown) => {
      book.changed = true;
      logger.warn({ err, path }, 'What was learned of triggers could not be kept.');
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

async function readTriggers(path: string): Promise<KeptTrigger[]> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return []; // The first start, or a file that was cut.
  }
  const fields = fieldsOf(value);
  const { triggers } = fields;
  return fields['version'] === version && Array.isArray(triggers) ? triggers.flatMap(readTrigger) : [];
}
