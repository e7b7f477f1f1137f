import type { Clock } from '../../model/clock.ts';
import type { CarriedConnection, Note } from '../../model/network.ts';
import type { AccountUse } from '../account-use.ts';
import type { Speed } from '../carry.ts';
import type { EgressCount } from '../counts.ts';
import type { Refusals } from '../refusals.ts';
import type { ContainerSecrets } from './container-secrets.ts';
import type { Passage } from './passage.ts';
import type { Passing } from './passing.ts';

/** Connections of one container whose requests are looked into, and for how many others of its account each counts, which take a tenth of the time. */
const passedMax = 64;
export const passedWeight = 10;

/** What connections of a container to hosts that secrets go to need. */
export interface ContainerPassageParts {
  readonly secrets: ContainerSecrets;
  readonly passage: () => Passage;
  readonly use: AccountUse;
  readonly count: EgressCount;
  readonly refusals: Refusals;
  readonly speed: Speed | undefined;
  readonly clock: Clock;
}

/** Connections of one container to hosts that secrets go to. */
export class ContainerPassage {
  readonly #parts: ContainerPassageParts;
  #open = 0;

  constructor(parts: ContainerPassageParts) {
    this.#parts = parts;
  }

  pass(connection: CarriedConnection, to: Pick<Passing, 'name' | 'allowed' | 'scheme'>, note: Note): void {
    const { secrets, passage, use, count, refusals, speed, clock } = this.#parts;
    this.#open += 1;
    use.passed += 1;
    connection.once('close', () => {
      this.#open -= 1;
      use.passed -= 1;
    });
    const most = `${passedMax} connections of one container to hosts that secrets go to`;
    const over = this.#open > passedMax ? most : use.over;
    if (over !== undefined) {
      refusals.tooMany(over, note);
      return void connection.destroy();
    }
    const tell = (line: string): void => refusals.secret(line, note);
    passage().pass(connection, { ...to, secrets, count, speed, clock, tell });
  }
}
