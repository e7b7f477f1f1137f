import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeFileName, type CodeBundle } from '../../model/functions/code.ts';
import { CodeLateError } from '../../model/errors.ts';
import type { Instance } from '../contract.ts';
import { AgentRefusedError, type AgentLink } from '../channels/agent-link.ts';
import type { CodePlace } from '../channels/code-parts.ts';

/** The code that an instance has in its cache, or is about to have: each bundle is sent to it once. */
export class GuestCode {
  readonly #agent: AgentLink;
  readonly #trees: string | undefined;
  readonly #imageOf: Instance['codeImage'];
  #names = 0;
  readonly #stored = new Map<string, Promise<void>>();

  constructor(agent: AgentLink, { codeTrees, codeImage }: Pick<Instance, 'codeTrees' | 'codeImage'>) {
    this.#agent = agent;
    this.#trees = codeTrees;
    this.#imageOf = codeImage;
  }

  /** What it has now, for a copy of the instance. */
  get held(): ReadonlyMap<string, Promise<void>> {
    return new Map(this.#stored);
  }

  /** The instance is a copy of one that has this. */
  goOnWith(held: ReadonlyMap<string, Promise<void>>): void {
    for (const [sha256, stored] of held) this.#stored.set(sha256, stored);
  }

  /** Resolves when the code is in the container of this channel, and that is limited. `code` is only called if the instance lacks it. */
  async bind(place: CodePlace, sha256: string, code: () => Promise<CodeBundle>): Promise<void> {
    const stored = this.#stored.get(sha256);
    if (stored !== undefined) {
      try {
        await stored;
        return await this.#agent.bind(place, sha256);
      } catch (error) {
        if (!(error instanceof AgentRefusedError || error instanceof CodeLateError)) throw error;
        // The cache had no room for it any more. Whoever notices first sends it again.
        if (this.#stored.get(sha256) === stored) this.#stored.delete(sha256);
        else return this.bind(place, sha256, code);
      }
    }
    await this.#storeAndBind(place, sha256, code);
  }

  /** Sends code ahead of its first container, if the instance lacks it. Never rejects: whoever needs it sends it again. */
  async hold(sha256: string, code: () => Promise<CodeBundle>): Promise<void> {
    if (this.#stored.has(sha256)) return;
    const stored = code().then((bundle) => this.#store({ ...bundle, sha256 }, () => undefined));
    this.#stored.set(sha256, stored);
    await stored.catch(() => {
      if (this.#stored.get(sha256) === stored) this.#stored.delete(sha256);
    });
  }

  /** Resolves when layers are in the container of this channel; before `bind`. `layers` is only called if the instance lacks them. */
  async bindLayers(channel: number, sha256: string, layers: () => Promise<CodeBundle>): Promise<void> {
    const stored = this.#stored.get(sha256);
    if (stored !== undefined) {
      try {
        await stored;
        return await this.#agent.bindLayers(channel, sha256);
      } catch (error) {
        if (!(error instanceof AgentRefusedError || error instanceof CodeLateError)) throw error;
        // As with code.
        if (this.#stored.get(sha256) === stored) this.#stored.delete(sha256);
        else return this.bindLayers(channel, sha256, layers);
      }
    }
    const storing = layers().then((bundle) => this.#store({ ...bundle, sha256 }, () => undefined));
    this.#stored.set(sha256, storing);
    try {
      await storing;
    } catch (error) {
      this.#stored.delete(sha256);
      throw error;
    }
    await this.#agent.bindLayers(channel, sha256);
  }

  /** Both in one round trip. */
  async #storeAndBind(place: CodePlace, sha256: string, code: () => Promise<CodeBundle>): Promise<void> {
    let bound: Promise<void> | undefined;
    const stored = code().then((bundle) =>
      this.#store({ ...bundle, sha256 }, () => {
        bound = this.#agent.bind(place, sha256, true);
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

  /** By links to the host's own files, where the instance can see such; else through its channel, as an image where it can mount one. */
  async #store(bundle: CodeBundle, onSent: () => void): Promise<void> {
    const name = await this.#placed(bundle);
    if (name === undefined) return await this.#send(bundle, onSent);
    const taken = this.#agent.takeTree(bundle.sha256, name, bundle.bytes);
    onSent();
    await taken;
  }

  async #send(bundle: CodeBundle, onSent: () => void): Promise<void> {
    // What cannot be packed, because its folder is gone or the disk full, is sent as it is.
    const data = bundle.takeTree && (await this.#imageOf?.(bundle).catch(() => undefined));
    if (data === undefined) return await this.#agent.storeCode(bundle, onSent);
    const image = { sha256: bundle.sha256, files: [{ path: 'image', mode: 0o644, data }], bytes: data.byteLength };
    let mounted: Promise<void> | undefined;
    await this.#agent.storeCode(image, () => {
      mounted = this.#agent.mountImage(bundle.sha256);
      mounted.catch(() => undefined);
      onSent();
    });
    await mounted;
  }

  /** Puts a folder of links where the instance sees it, and gives its name; undefined where that cannot be. */
  async #placed({ sha256, takeTree }: CodeBundle): Promise<string | undefined> {
    if (this.#trees === undefined || takeTree === undefined) return undefined;
    // Another name each time: that one was not there is remembered in some instances.
    const name = `${codeFileName(sha256)}-${++this.#names}`;
    let folder: string | undefined;
    try {
      folder = await takeTree();
      await mkdir(this.#trees, { recursive: true });
      await rename(folder, join(this.#trees, name));
      return name;
    } catch (error) {
      if (!isSystemError(error)) throw error;
      // The home's parts lie on several file systems, or the code was deleted meanwhile.
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
      return undefined;
    }
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
