import { FunctionMissingError, type SettingsDocument } from '../../store/settings-contract.ts';
import type { Prediction } from '../../prediction/prediction.ts';
import type { Store } from '../../store/contract.ts';

/** The word for these documents, of a function in its settings, of an account among its own. */
export const predictionKind = 'prediction';

type Parts = {
  readonly store: Pick<Store, 'documents' | 'settings'>;
  readonly prediction?: Pick<Prediction, 'offs' | 'turn' | 'forget'>;
};

interface Switch {
  readonly off: boolean;
  /** Wall clock, ms; 0: never. */
  readonly forgottenAt: number;
}

/**
 * What was said about learning of functions, of a service that has several hosts: each learns by itself what it sees, and whether it may is kept where all see it. An empty name is the whole account.
 */
export class SharedSwitches {
  readonly #parts: Parts;
  /** When what was last done here, by whose it was. */
  readonly #done = new Map<string, number>();

  /** Does what was said while this host was away. */
  constructor(parts: Parts) {
    this.#parts = parts;
    const { store, prediction } = parts;
    const said = [
      ...store.documents.all(predictionKind).map(({ account, document }) => ({ account, name: '', document })),
      ...store.settings.all(predictionKind),
    ];
    for (const { account, name } of prediction?.offs ?? [])
      if (!this.#get(account, name).off) prediction?.turn(account, name, 'on');
    for (const { account, name } of said) this.#follow(account, name, true);
  }

  /** Keeps what was said, for all hosts; what follows here is done already. */
  async keep(account: string, name: string, said: 'on' | 'off' | 'forgotten', wallMs: number): Promise<void> {
    const before = this.#get(account, name);
    const forgottenAt = said === 'on' ? before.forgottenAt : wallMs;
    const document = { off: said === 'forgotten' ? before.off : said === 'off', forgottenAt };
    this.#done.set(`${account}\0${name}`, forgottenAt);
    const { documents, settings } = this.#parts.store;
    if (name === '') return await documents.put(account, predictionKind, predictionKind, document);
    try {
      await settings.put(account, name, '', predictionKind, document);
    } catch (error) {
      // Deleted meanwhile, with all that was known of it.
      if (!(error instanceof FunctionMissingError)) throw error;
    }
  }

  /** Does what another host was told. */
  reread(account: string, name: string): void {
    this.#follow(account, name, false);
  }

  /** `isStart`: what was learned since it was said is kept. */
  #follow(account: string, name: string, isStart: boolean): void {
    const { prediction } = this.#parts;
    const { off, forgottenAt } = this.#get(account, name);
    const isOff = prediction?.offs.some((one) => one.account === account && one.name === name) === true;
    if (off !== isOff) prediction?.turn(account, name, off ? 'off' : 'on');
    const key = `${account}\0${name}`;
    if (isStart) prediction?.forget(account, name, forgottenAt);
    else if (forgottenAt > (this.#done.get(key) ?? 0)) prediction?.forget(account, name);
    this.#done.set(key, forgottenAt);
  }

  /** When what was known of a function was last forgotten, by itself or with its account, ms on the wall clock; 0: never. */
  forgottenAt(account: string, name: string): number {
    return Math.max(this.#get(account, '').forgottenAt, this.#get(account, name).forgottenAt);
  }

  #get(account: string, name: string): Switch {
    const { documents, settings } = this.#parts.store;
    const document =
      name === ''
        ? documents.get(account, predictionKind, predictionKind)
        : settings.get(account, name, '', predictionKind);
    return switchOf(document ?? {});
  }
}

function switchOf({ off, forgottenAt }: SettingsDocument): Switch {
  return { off: off === true, forgottenAt: typeof forgottenAt === 'number' ? forgottenAt : 0 };
}
