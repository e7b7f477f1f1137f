import { codeStorageExceeded } from '../../api/code-storage.ts';
import type { ApiError } from '../../api/errors.ts';
import { storedCodeBytes } from '../../model/accounts/stored-code.ts';
import type { Store } from '../../store/contract.ts';

type Stored = Pick<Store, 'accounts' | 'functions' | 'layers' | 'versions'>;

/** Room for code that is kept, or is not, when it is disposed of; or why there is none. */
interface Room extends Disposable {
  readonly refusal?: ApiError;
}

/** Sees to it that no account keeps more code than it may, whatever is uploaded at the same time. Where there are several hosts, a write that another host's has overtaken is refused as well: see `cluster/state/kept-code.ts`. */
export class CodeQuota {
  readonly #store: Stored;
  /** What is being uploaded and not kept yet, by account. */
  readonly #pending = new Map<string, number>();

  constructor(store: Stored) {
    this.#store = store;
  }

  /** Room for so much code in place of so much. Throws CodeStorageExceededException, in AWS's words. */
  async reserve(account: string, bytes: number, replacedBytes = 0): Promise<Room> {
    const room = await this.ask(account, bytes, replacedBytes);
    if (room.refusal !== undefined) throw room.refusal;
    return room;
  }

  /** The same, for who may find that he needs none. */
  async ask(account: string, bytes: number, replacedBytes = 0): Promise<Room> {
    const max = this.#store.accounts.limitsOf(account).codeBytes;
    if (max === undefined) return { [Symbol.dispose]: () => undefined };
    this.#add(account, bytes);
    const room = { [Symbol.dispose]: () => this.#add(account, -bytes) };
    try {
      const stored = await storedCodeBytes(this.#store, account);
      const needed = stored - replacedBytes + (this.#pending.get(account) ?? 0);
      if (needed <= max) return room;
      room[Symbol.dispose]();
      return { refusal: codeStorageExceeded(stored, bytes, max), [Symbol.dispose]: () => undefined };
    } catch (error) {
      room[Symbol.dispose]();
      throw error;
    }
  }

  #add(account: string, bytes: number): void {
    const pending = (this.#pending.get(account) ?? 0) + bytes;
    if (pending === 0) this.#pending.delete(account);
    else this.#pending.set(account, pending);
  }
}
