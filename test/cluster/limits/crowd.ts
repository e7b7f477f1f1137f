import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';

/** Code that says from when to when it ran, on the clock that all processes of a machine share, ms. */
export const timedCode = `export const handler = async ({ ms }) => {
  const from = Number(process.hrtime.bigint()) / 1e6;
  await new Promise((resolve) => setTimeout(resolve, ms));
  return { from, to: Number(process.hrtime.bigint()) / 1e6 };
};`;

/** On that clock, ms. */
export function sharedNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** A call that came in: by which of the clients, when it was sent, and when user code ran. */
export interface Ran {
  readonly client: number;
  readonly sentAt: number;
  readonly from: number;
  readonly to: number;
}

/** What came of a crowd. */
export interface CrowdOutcome {
  readonly ran: readonly Ran[];
  readonly throttled: number;
  /** Neither answered nor throttled: their host was gone. */
  readonly failed: number;
}

/** Callers on each client, each with one call after the other, until `enough`. */
export async function crowd(
  clients: readonly LambdaClient[],
  { functionName, callers, ms }: { readonly functionName: string; readonly callers: number; readonly ms: number },
  enough: (ran: readonly Ran[]) => boolean,
): Promise<CrowdOutcome> {
  const ran: Ran[] = [];
  let [throttled, failed] = [0, 0];
  const Payload = Buffer.from(JSON.stringify({ ms }));
  const caller = async (client: number): Promise<void> => {
    while (!enough(ran)) {
      const sentAt = sharedNow();
      try {
        const answer = await clients[client]?.send(new InvokeCommand({ FunctionName: functionName, Payload }));
        const { from, to }: { from: number; to: number } = JSON.parse(answer?.Payload?.transformToString() ?? '');
        ran.push({ client, sentAt, from, to });
      } catch (error) {
        if (error instanceof Error && error.name === 'TooManyRequestsException') throttled += 1;
        else failed += 1;
        // As a client does that was refused: at once would be a crowd of the machine, not of the limit.
        await new Promise((resolve) => void setTimeout(resolve, 20));
      }
    }
  };
  await Promise.all(clients.flatMap((_, client) => Array.from({ length: callers }, () => caller(client))));
  return { ran, throttled, failed };
}

/** The most whose user code ran at the same moment. */
export function mostAtOnce(ran: readonly Pick<Ran, 'from' | 'to'>[]): number {
  const changes = ran
    .flatMap(({ from, to }) => [
      { at: from, by: 1 },
      { at: to, by: -1 },
    ])
    .toSorted((one, other) => one.at - other.at || one.by - other.by);
  let [now, most] = [0, 0];
  for (const { by } of changes) most = Math.max(most, (now += by));
  return most;
}

/** How many ran in the moment in which one began. */
export function besides(ran: readonly Pick<Ran, 'from' | 'to'>[], { from }: Pick<Ran, 'from'>): number {
  return ran.filter((one) => one.from <= from && one.to > from).length;
}

/** So many of each client have come in. */
export function each(clients: number, count: number): (ran: readonly Ran[]) => boolean {
  return (ran) =>
    Array.from({ length: clients }, (_, at) => at).every(
      (at) => ran.filter(({ client }) => client === at).length >= count,
    );
}
