import type { ForkedGuest, GuestMovement } from '../../instance/guest.ts';
import { CannotMoveError, CapacityError, NeverFitsError, ThrottledError } from '../../model/errors.ts';
import { instanceOverheadMb } from '../../model/runtimes/configuration.ts';
import { limits } from '../../model/limits.ts';
import { WarmGuest } from '../../warming-pool/warm-guest.ts';
import type { ActiveContainer, Code } from '../active-pool/state.ts';
import type { ForkedInstance, ForkedThread, ForkOrder } from '../contract.ts';
import { Ticket } from '../queue/ticket.ts';
import type { InvocationOutcome } from '../../model/invocations/invocation.ts';
import type { Run } from '../running/run.ts';
import type { MoverOptions } from './mover.ts';
import { assertAlone, assertFree, type Target } from './target.ts';

type InFolder = <Result>(use: (folder: string) => Promise<Result>) => Promise<Result>;

/** Forks containers: each fork is a call of its account's as any other, in an instance of its own. */
export class Forker {
  readonly #o: MoverOptions;
  readonly #inFolder: InFolder;

  /** `inFolder` gives a folder for as long as it is used. */
  constructor(options: MoverOptions, inFolder: InFolder) {
    this.#o = options;
    this.#inFolder = inFolder;
  }

  async fork(
    account: string,
    target: Target,
    moves: GuestMovement,
    order: ForkOrder,
  ): Promise<readonly ForkedInstance[]> {
    const count = 'count' in order ? order.count : order.threads.length;
    if (!(Number.isInteger(count) && count >= 1 && count <= limits.forksMax))
      throw new CannotMoveError(
        `${count} forks were asked for; between 1 and ${limits.forksMax} can be made at a time.`,
      );
    if (!moves.forks)
      throw new CannotMoveError('The driver of this service cannot fork instances: they are not virtual machines.');
    const { instance } = target;
    const container = target.container ?? onlyContainer(target);
    const { code } = container;
    if (code === undefined) throw new CannotMoveError(`The container ${container.guest.id} is blank.`);
    const run = this.#o.runner.runsIn(instance).find((one) => one.container === container);
    assertKind(order, container, run);
    if (instance.paused !== undefined)
      throw new CannotMoveError(`The instance ${instance.guest.id} is paused: resume it first.`);
    assertFree(instance);
    assertAlone({ ...target, container });
    const neededMb = count * (instanceOverheadMb + code.reservedMb);
    this.#enter(code, run === undefined ? 0 : count);
    if (!this.#o.memory.tryReserve(neededMb)) {
      this.#leave(code, run === undefined ? 0 : count);
      const free = `${count} forks need ${neededMb} MB, and ${this.#o.memory.freeMb} MB are free.`;
      throw neededMb > this.#o.memory.totalMb ? new NeverFitsError(free) : new CapacityError(free, 5);
    }
    // Nobody takes an idle one away meanwhile, and what runs is not late for it.
    const { active, clock, runner } = this.#o;
    const now = clock.now();
    active.standStill(instance, { since: now, until: Infinity, bytes: 0, gaveMemory: false });
    const runs = runner.runsIn(instance);
    for (const one of runs) one.standStill();
    let guests;
    try {
      guests = await this.#inFolder((folder) =>
        moves.fork(container.guest, count, folder, AbortSignal.timeout(limits.moveMsMax)),
      );
    } catch (error) {
      this.#o.memory.release(neededMb);
      this.#leave(code, run === undefined ? 0 : count);
      throw error;
    } finally {
      active.goOn(instance, clock.now());
      for (const one of runs) one.goOn();
      this.#o.keeper.settle(instance);
    }
    return guests.map((guest, index) => this.#place(guest, index, container, order, run));
  }

  #place(
    fork: ForkedGuest,
    index: number,
    of: ActiveContainer,
    order: ForkOrder,
    run: Run | undefined,
  ): ForkedInstance {
    const { active, clock, keeper } = this.#o;
    const { code } = of;
    if (code === undefined) throw new Error('A fork of a blank container was made.');
    const now = clock.now();
    const instance = keeper.allocate(of.instance.pool, new WarmGuest(fork.guest, now));
    const container = active.addLoaded(instance, fork.container, code, run !== undefined, now);
    container.logStream = of.logStream;
    keeper.watch(container);
    const { function: fn, pool } = code;
    const network = this.#o.networkFor(fn, pool.owner.tenantId);
    const thread = 'threads' in order ? order.threads[index] : undefined;
    if (run === undefined || thread === undefined) fork.goOn({ network });
    else this.#continue(code, container, run, thread, (next) => fork.goOn({ network }, next));
    keeper.opened(instance);
    return { instanceId: fork.guest.id, containerId: container.guest.id, forkIndex: index + 1 };
  }

  #continue(
    code: Code,
    container: ActiveContainer,
    of: Run,
    thread: ForkedThread,
    begin: (run: Run) => ReturnType<Run['container']['guest']['invoke']>,
  ): void {
    const { clock, registry, runner } = this.#o;
    const { requestId, watcher, cancel, ended } = thread;
    const { invocation } = of.ticket;
    const own = { ...invocation, requestId, watcher, cancel, receivedAt: clock.now() };
    registry.begin(code.function, invocation.tenantId);
    ended(
      new Promise<InvocationOutcome>((resolve, reject) => {
        runner.continue(new Ticket(own, code, cancel, own.receivedAt, resolve, reject), container, of, begin);
      }),
    );
  }

  /** So many calls more of its function run. Throws where they may not; then none does. */
  #enter(code: Code, count: number): void {
    for (let entered = 0; entered < count; entered++) {
      const refusal = code.calls.refusal(code.reservedMb);
      if (refusal === undefined) code.calls.begun(code.reservedMb);
      else {
        this.#leave(code, entered);
        throw refusal.by === 'never'
          ? new NeverFitsError(refusal.why)
          : new ThrottledError(refusal.reason, refusal.why);
      }
    }
  }

  #leave(code: Code, count: number): void {
    for (let left = count; left > 0; left--) code.calls.ended(code.reservedMb);
  }
}

/** Where an instance is named, it must be clear what of it. */
function onlyContainer({ instance }: Target): ActiveContainer {
  const loaded = [...instance.containers].filter(({ code, state }) => code !== undefined && state !== 'retiring');
  const [only] = loaded;
  if (only === undefined || loaded.length > 1)
    throw new CannotMoveError(
      `The instance ${instance.guest.id} has ${loaded.length} containers with code: name the one to be forked.`,
    );
  return only;
}

function assertKind(order: ForkOrder, { guest, state }: ActiveContainer, run: Run | undefined): void {
  if ('threads' in order && run?.ticket.invocation.watcher === undefined)
    throw new CannotMoveError('The thread does not run in a container of its own now.');
  if ('count' in order && (run !== undefined || state !== 'idle'))
    throw new CannotMoveError(
      `The container ${guest.id} is ${state}: only one that is idle can be forked this way. Who started a thread forks it by \`thread.fork\`.`,
    );
}
