import { ClusterUnavailableError, type Home, type Homes } from '../../contract.ts';

/** Homes as one host sees them, which a test moves. All accounts are at one place. */
export class MemoryHomes implements Homes {
  #home: Home = { at: 'nowhere' };
  readonly #listeners = new Set<() => void>();

  homeOf(): Home {
    return this.#home;
  }

  async settledHomeOf(account: string): Promise<Exclude<Home, { readonly at: 'nowhere' }>> {
    const home = this.#home;
    if (home.at === 'nowhere') throw new ClusterUnavailableError(`The account ${account} is nowhere.`);
    return home;
  }

  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  move(home: Home): void {
    this.#home = home;
    for (const listener of [...this.#listeners]) listener();
  }
}
