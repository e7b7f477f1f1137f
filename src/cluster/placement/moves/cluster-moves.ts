import { CannotMoveError, NoSuchInstanceError } from '../../../model/errors.ts';
import type { ForkedInstance, ForkOrder, InstanceMoves, PausedInstance } from '../../../worker-manager/contract.ts';
import type { HostId, PeerHandler } from '../../contract.ts';
import { amountIn, countIn, fieldsOf, textIn, wrong } from '../../fields.ts';
import type { AskOthers } from '../contract.ts';

/** What other hosts are asked by. */
export const moveMethods: Readonly<Record<'pause' | 'resume' | 'fork', string>> = {
  pause: 'placement.pause',
  resume: 'placement.resume',
  fork: 'placement.fork',
};

/**
 * Pauses, resumes and forks instances, whichever host they are on: this one is asked first, then all others at once. A thread is forked only on the
 * host where its session is, since its forks are told there what they do.
 */
export class ClusterMoves implements InstanceMoves {
  readonly can: InstanceMoves['can'];
  readonly #local: InstanceMoves;
  readonly #others: () => readonly HostId[];
  readonly #peers: AskOthers;

  constructor(local: InstanceMoves, others: () => readonly HostId[], peers: AskOthers) {
    this.can = local.can;
    this.#local = local;
    this.#others = others;
    this.#peers = peers;
  }

  pause(account: string, name: string): Promise<PausedInstance> {
    return this.#anywhere(
      () => this.#local.pause(account, name),
      async (host) => pausedOf(await this.#peers.call(host, moveMethods.pause, { account, name })),
    );
  }

  resume(account: string, name: string): Promise<{ readonly instanceId: string }> {
    return this.#anywhere(
      () => this.#local.resume(account, name),
      async (host) => {
        const answer = fieldsOf(await this.#peers.call(host, moveMethods.resume, { account, name }));
        return { instanceId: textIn(answer, 'instanceId') };
      },
    );
  }

  fork(account: string, name: string, order: ForkOrder): Promise<readonly ForkedInstance[]> {
    return this.#anywhere(
      () => this.#local.fork(account, name, order),
      async (host) => {
        if (!('count' in order))
          throw new CannotMoveError(
            `${name} could not be forked: it is not on the host where its session is, and a thread is forked only there.`,
          );
        const answer = await this.#peers.call(host, moveMethods.fork, { account, name, count: order.count });
        return Array.isArray(answer) ? answer.map(forkedOf) : [];
      },
    );
  }

  async #anywhere<T>(here: () => Promise<T>, there: (host: HostId) => Promise<T>): Promise<T> {
    try {
      return await here();
    } catch (error) {
      if (!isNoSuch(error)) throw error;
      const answers = await Promise.allSettled(this.#others().map((host) => there(host)));
      for (const answer of answers) if (answer.status === 'fulfilled') return answer.value;
      const other = answers.find((answer) => answer.status === 'rejected' && !isNoSuch(answer.reason));
      throw other?.status === 'rejected' ? other.reason : error;
    }
  }
}

/** What this host does when another asks: only with what is here. */
export function moveHandlers(local: InstanceMoves): Readonly<Record<string, PeerHandler>> {
  const whom = (body: unknown): readonly [account: string, name: string] => {
    const fields = fieldsOf(body);
    return [textIn(fields, 'account'), textIn(fields, 'name')];
  };
  return {
    [moveMethods.pause]: (body) => local.pause(...whom(body)),
    [moveMethods.resume]: (body) => local.resume(...whom(body)),
    [moveMethods.fork]: (body) => local.fork(...whom(body), { count: countIn(fieldsOf(body), 'count') }),
  };
}

function isNoSuch(error: unknown): boolean {
  return error instanceof NoSuchInstanceError;
}

function pausedOf(answer: unknown): PausedInstance {
  const fields = fieldsOf(answer);
  const { to } = fields;
  if (to !== 'disk' && to !== 'memory') throw wrong('to', 'disk or memory', to);
  const [bytes, leftMs] = [countIn(fields, 'bytes'), amountIn(fields, 'leftMs')];
  return { instanceId: textIn(fields, 'instanceId'), to, bytes, leftMs };
}

function forkedOf(answer: unknown): ForkedInstance {
  const fields = fieldsOf(answer);
  const [instanceId, containerId] = [textIn(fields, 'instanceId'), textIn(fields, 'containerId')];
  return { instanceId, containerId, forkIndex: countIn(fields, 'forkIndex') };
}
