import type { CodeBundle } from '../../model/code.ts';
import { AgentRefusedError, type AgentLink } from '../channels/agent-link.ts';

/** A container that is given its code, and how much memory it may take with it. */
export interface CodePlace {
  readonly channel: number;
  readonly memoryMb: number;
}

/** The code that an instance has in its cache, or is about to have: each bundle is sent to it once. */
export class GuestCode {
  readonly #agent: AgentLink;
  readonly #stored = new Map<string, Promise<void>>();

  constructor(agent: AgentLink) {
    this.#agent = agent;
  }

  /** Resolves when the code is in the container of this channel, and that is limited. `code` is only called if the instance lacks it. */
  async bind({ channel, memoryMb }: CodePlace, sha256: string, code: () => Promise<CodeBundle>): Promise<void> {
    const stored = this.#stored.get(sha256);
    if (stored !== undefined) {
      try {
        await stored;
        return await this.#agent.bind(channel, sha256, memoryMb);
      } catch (error) {
        if (!(error instanceof AgentRefusedError)) throw error;
        // The cache had no room for it any more. Whoever notices first sends it again.
        if (this.#stored.get(sha256) === stored) this.#stored.delete(sha256);
        else return this.bind({ channel, memoryMb }, sha256, code);
      }
    }
    await this.#storeAndBind({ channel, memoryMb }, sha256, code);
  }

  /** Both in one round trip. */
  async #storeAndBind(place: CodePlace, sha256: string, code: () => Promise<CodeBundle>): Promise<void> {
    let bound: Promise<void> | undefined;
    const stored = code().then((bundle) =>
      this.#agent.storeCode({ ...bundle, sha256 }, () => {
        bound = this.#agent.bind(place.channel, sha256, place.memoryMb);
        bound.catch(() => undefined);
      }),
    );
    this.#stored.set(sha256, stored);
    try {
      await stored;
    } catch (error) {
      this.#stored.delete(sha256);
      throw error;
    }
    await bound;
  }
}
