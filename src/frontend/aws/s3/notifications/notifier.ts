import { randomUUID } from 'node:crypto';
import { functionRef } from '../../../../api/function-ref.ts';
import { SqsError } from '../../../../api/sqs/errors.ts';
import { QueueMissingError } from '../../../../events/queue-sender.ts';
import type { ObjectChange } from '../../../../objects/contract.ts';
import type { ObjectStore } from '../../../../objects/object-store.ts';
import type { S3Options } from '../context.ts';
import { eventRecord } from './record.ts';
import { matches, rulesOf, type NotificationRule } from './rules.ts';

/** What lies in the outbox. */
interface Note {
  readonly account: string;
  readonly arn: string;
  readonly kind: NotificationRule['kind'];
  readonly body: string;
}

const batch = 64;
/** How long what could not be handed over waits. */
const retryMs = 5_000;

/**
 * Tells functions and queues of changes, at least once: what is to be told is written with the change itself, and goes from there into the queue of
 * asynchronous invocations, or another, which has retries and ends of its own. Goes on with what a service before left.
 */
export function startNotifier(
  { frontend, stopping }: Pick<S3Options, 'frontend' | 'stopping'>,
  store: ObjectStore,
): void {
  const { clock, logger } = frontend;
  let sequence = 0;
  let running = false;
  let again = false;
  store.notesOf = (change) => {
    const rules = rulesOf(store.buckets.settings(change.bucket)).filter((rule) =>
      matches(rule, change.cause.event, change.object.key),
    );
    const sequencer = `${Math.floor(change.atMs).toString(16)}${(sequence++ % 65_536).toString(16).padStart(4, '0')}`
      .toUpperCase()
      .padStart(18, '0');
    return rules.map((rule) => noteText(change, rule, sequencer));
  };
  store.noted = () => void pass();
  const pass = async (): Promise<void> => {
    again = true;
    if (running) return;
    running = true;
    try {
      while (again && !stopping.aborted) {
        again = false;
        await tellAll(frontend, store);
      }
    } catch (err) {
      logger.warn({ err }, 'What changed in a bucket could not be told yet; it is tried again.');
      clock.timer(retryMs, () => void pass());
    } finally {
      running = false;
    }
  };
  void pass();
}

async function tellAll(frontend: S3Options['frontend'], store: ObjectStore): Promise<void> {
  for (let notes = store.outbox.after(0, batch); notes.length > 0; notes = store.outbox.after(0, batch))
    for (const { id, text } of notes) {
      const note: Note = JSON.parse(text);
      const why = await tell(frontend, note);
      if (why !== undefined) frontend.logger.warn({ arn: note.arn, why }, 'A change in a bucket was told to nobody.');
      store.outbox.remove(id);
    }
}

/** Hands one over; gives why nobody ever could. Throws where it is to be tried again. */
async function tell(
  { events, settings, store }: S3Options['frontend'],
  { account, arn, kind, body }: Note,
): Promise<string | undefined> {
  const opened = await events.of(account).open();
  if (kind === 'function') {
    const { name, qualifier } = functionRef(arn, { account, region: settings.region });
    if ((await store.functions.get(account, name)) === undefined) return 'there is no such function any more';
    const about = { account, functionName: name, requestId: randomUUID(), payload: Buffer.from(body) };
    await opened.async.accept({ ...about, ...(qualifier !== undefined && { qualifier }) });
    return undefined;
  }
  try {
    await opened.queues.inside.send({ account, name: arn.split(':')[5] ?? '' }, { body });
    return undefined;
  } catch (error) {
    if (error instanceof QueueMissingError || (error instanceof SqsError && error.status < 500)) return error.message;
    throw error;
  }
}

function noteText(change: ObjectChange, { arn, kind, id }: NotificationRule, sequencer: string): string {
  const note: Note = {
    account: change.bucket.account,
    arn,
    kind,
    body: JSON.stringify({ Records: [eventRecord(change, id, sequencer)] }),
  };
  return JSON.stringify(note);
}
