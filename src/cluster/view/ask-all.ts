import type { HostId, HostRecord, Peers } from '../contract.ts';

/** So many hosts are asked at the same time. */
const atOnce = 16;
/** Who does not answer for so long is shown as silent, ms. */
const answerMsMax = 3_000;

/** What one host answered, or why it did not. */
export type Answer<T> = { readonly host: HostRecord } & ({ readonly value: T } | { readonly why: string });

/** Asks all of these hosts the same thing, several at once; in their order. What `read` throws counts as no answer. */
export async function askAll<T>(
  peers: Pick<Peers, 'call'>,
  hosts: readonly HostRecord[],
  method: string,
  body: unknown,
  read: (answer: unknown) => T,
): Promise<readonly Answer<T>[]> {
  const answers = new Map<HostId, Answer<T>>();
  const left = hosts.values();
  const worker = async (): Promise<void> => {
    for (const host of left)
      try {
        const signal = AbortSignal.timeout(answerMsMax);
        answers.set(host.id, { host, value: read(await peers.call(host.id, method, body, signal)) });
      } catch (error) {
        answers.set(host.id, { host, why: error instanceof Error ? error.message : String(error) });
      }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, hosts.length) }, worker));
  return hosts.flatMap(({ id }) => answers.get(id) ?? []);
}
