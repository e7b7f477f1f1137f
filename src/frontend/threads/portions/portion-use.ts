import { ApiError } from '../../../api/errors.ts';
import { limits } from '../../../model/limits.ts';
import type { PortionPlace, Trust } from '../../../model/functions/portion.ts';
import type { ThreadEnd } from '../../../protocol/session/session-messages.ts';

/** What an account's portions of one trust did since the service started. */
export interface PortionTotals {
  readonly calls: number;
  readonly running: number;
  /** Calls that gave no result: thrown, killed at their limits, lost, or never begun. */
  readonly failed: number;
  /** Groups of programs that have not ended: each in instances of its own. */
  readonly groups: number;
}

type Counts = { -readonly [K in Exclude<keyof PortionTotals, 'groups'>]: number };

/** One group of a program's portions. */
interface GroupUse {
  readonly trust: Trust;
  running: number;
}

/** One program's groups. */
interface ProgramUse {
  readonly account: string;
  /** By their names, the one last that was called last. */
  readonly groups: Map<string, GroupUse>;
}

/** Programs whose groups are remembered; those of functions never say that they are over. */
const programsMax = 10_000;

/** Counts calls of portions, by account and trust, and the groups that each program has. In memory. */
export class PortionUse {
  readonly #counts = new Map<string, Record<Trust, Counts>>();
  readonly #programs = new Map<string, ProgramUse>();
  readonly #onOver: (account: string, program: string, group: string) => void;

  /** `onOver`: of a group that ends because its program has too many. */
  constructor(onOver: (account: string, program: string, group: string) => void) {
    this.#onOver = onOver;
  }

  /**
   * A call is about to run; gives what is to be called with its end. Where its program has as many groups as it may, that ends which was not called
   * for longest. Throws ApiError where calls of all of them run.
   */
  begin(account: string, { trust, program, group }: PortionPlace): (end: Pick<ThreadEnd, 'ok'>) => void {
    const { groups } = this.#programOf(account, program);
    if (!groups.has(group) && groups.size >= limits.portionGroupsPerProgramMax)
      this.#makeRoom(account, program, groups);
    const use = groups.get(group) ?? { trust, running: 0 };
    groups.delete(group);
    groups.set(group, use);
    const counts = this.#countsOf(account)[trust];
    counts.calls += 1;
    counts.running += 1;
    use.running += 1;
    return ({ ok }) => {
      counts.running -= 1;
      use.running -= 1;
      if (!ok) counts.failed += 1;
    };
  }

  /** A program, or one of its groups, is over. Gives whether it had any. */
  end(program: string, group?: string): boolean {
    const use = this.#programs.get(program);
    if (use === undefined) return false;
    if (group === undefined) return this.#programs.delete(program);
    return use.groups.delete(group);
  }

  totals(account: string): Record<Trust, PortionTotals> {
    const counts = this.#counts.get(account) ?? noCounts();
    const groups = { untrusted: 0, trusted: 0 };
    for (const use of this.#programs.values())
      if (use.account === account) for (const { trust } of use.groups.values()) groups[trust] += 1;
    const of = (trust: Trust): PortionTotals => ({ ...counts[trust], groups: groups[trust] });
    return { untrusted: of('untrusted'), trusted: of('trusted') };
  }

  #makeRoom(account: string, program: string, groups: ProgramUse['groups']): void {
    const idle = [...groups].find(([, { running }]) => running === 0)?.[0];
    if (idle === undefined)
      throw new ApiError(
        'TooManyRequestsException',
        `Calls of ${groups.size} groups of this program's portions run, which is the most that may; several portions can share a \`group\`.`,
      );
    groups.delete(idle);
    this.#onOver(account, program, idle);
  }

  #countsOf(account: string): Record<Trust, Counts> {
    const known = this.#counts.get(account) ?? noCounts();
    this.#counts.set(account, known);
    return known;
  }

  #programOf(account: string, program: string): ProgramUse {
    const known = this.#programs.get(program) ?? { account, groups: new Map<string, GroupUse>() };
    if (!this.#programs.has(program)) {
      this.#programs.set(program, known);
      const [oldest] = this.#programs.keys();
      if (this.#programs.size > programsMax && oldest !== undefined) this.#programs.delete(oldest);
    }
    return known;
  }
}

function noCounts(): Record<Trust, Counts> {
  const none = (): Counts => ({ calls: 0, running: 0, failed: 0 });
  return { untrusted: none(), trusted: none() };
}
