import type { Line } from './line.ts';
import { mayStart } from './slots.ts';

/** The lines of one account that have something to do, the one whose turn it is first. */
class Turn {
  readonly lines: Set<Line> = new Set();
  running = 0;
}

/**
 * Whose turn it is: accounts in turns, and within each its lines in turns. A line is in it while it has something to do; whoever was chosen
 * is behind all others.
 */
export class Rotation {
  readonly #max: number;
  readonly #turns: Map<string, Turn> = new Map();
  #running = 0;

  /** `max`: of what may run at a time. */
  constructor(max: number) {
    this.#max = max;
  }

  add(line: Line): void {
    this.#turn(line).lines.add(line);
  }

  remove(line: Line): void {
    const turn = this.#turns.get(line.name.account);
    turn?.lines.delete(line);
    this.#tidy(line.name.account);
  }

  /** A line that may begin something now, which then counts as begun. */
  choose(): Line | undefined {
    if (this.#running >= this.#max) return undefined;
    for (const [account, turn] of this.#turns) {
      for (const line of turn.lines) {
        const running = { total: this.#running, account: turn.running, line: line.running };
        if (!mayStart(running, this.#max)) continue;
        turn.lines.delete(line);
        turn.lines.add(line);
        this.#turns.delete(account);
        this.#turns.set(account, turn);
        this.#running += 1;
        turn.running += 1;
        line.running += 1;
        return line;
      }
    }
    return undefined;
  }

  /** What was begun is over. */
  over(line: Line): void {
    const turn = this.#turn(line);
    this.#running -= 1;
    turn.running -= 1;
    line.running -= 1;
    this.#tidy(line.name.account);
  }

  #turn({ name: { account } }: Line): Turn {
    const turn = this.#turns.get(account) ?? new Turn();
    this.#turns.set(account, turn);
    return turn;
  }

  #tidy(account: string): void {
    const turn = this.#turns.get(account);
    if (turn !== undefined && turn.running === 0 && turn.lines.size === 0) this.#turns.delete(account);
  }
}
