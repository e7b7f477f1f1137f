import { errors } from '@nats-io/transport-node';
import type { HostId } from '../contract.ts';
import type { NatsLink } from '../nats/connection.ts';

/** For the answer of another process with the same id; whoever is alive gives it at once. */
const answerMs = 2_000;

/** Throws where another process answers by a host's id. One that does not answer is gone, or stands still: then it is told when it wakes. */
export async function refuseSecond(link: NatsLink, id: HostId): Promise<void> {
  try {
    await link.connection.request(subjectOf(id), undefined, { timeout: answerMs });
  } catch (error) {
    if (nobodyAnswered(error)) return;
    throw error;
  }
  throw new Error(
    `A host of the cluster that runs has this one's id, ${id}: its home was copied. Remove \`host-id\` and what is in the home of the copy, then start it again.`,
  );
}

/** Answers by this host's id from now on. */
export function answerWhoIsHere(link: NatsLink, id: HostId, process: string): Disposable {
  const asked = link.connection.subscribe(subjectOf(id), {
    callback: (error, message) => {
      if (error === null) message.respond(process);
    },
  });
  return { [Symbol.dispose]: () => asked.unsubscribe() };
}

function subjectOf(id: HostId): string {
  return `heddle.process.${id}`;
}

function nobodyAnswered(error: unknown): boolean {
  return (
    error instanceof errors.TimeoutError ||
    error instanceof errors.NoRespondersError ||
    (error instanceof errors.RequestError && error.isNoResponders())
  );
}
