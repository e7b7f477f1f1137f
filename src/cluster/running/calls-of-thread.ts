import { ProtocolError } from '../../model/errors.ts';
import { callKinds, type Called, type Caller } from '../../model/invocations/caller.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';
import { amountIn, textIn, type Fields } from '../fields.ts';
import type { KeptVersions } from './versions.ts';

/** What a thread calls that runs here, by way of the host that has its session: told to who counts here what code calls. */
export class CallsOfThread {
  readonly #versions: KeptVersions;
  readonly #over = new Map<number, () => void>();

  constructor(versions: KeptVersions) {
    this.#versions = versions;
  }

  /** It calls something. Throws ProtocolError for what is none. */
  calls(caller: Caller | undefined, data: Fields): void {
    const kind = callKinds.find((one) => one === data['kind']);
    if (kind === undefined) throw new ProtocolError('Another host says of a call what is not known here.');
    const fn = this.#version(data);
    const called: Called = {
      account: textIn(data, 'account'),
      name: textIn(data, 'name'),
      qualifier: textIn(data, 'qualifier'),
      ...(fn !== undefined && { function: fn }),
    };
    const over = caller?.calls(called, kind);
    if (over !== undefined) this.#over.set(amountIn(data, 'n'), over);
  }

  /** That has ended. Throws ProtocolError for what is none. */
  called(data: Fields): void {
    const n = amountIn(data, 'n');
    this.#over.get(n)?.();
    this.#over.delete(n);
  }

  /** Undefined: none was said, or it was forgotten; by its name it is known all the same. */
  #version(data: Fields): FunctionVersion | undefined {
    if (data['version'] === undefined) return undefined;
    const name = textIn(data, 'version');
    const bytes = data['bytes'];
    return bytes instanceof Uint8Array ? this.#versions.take(name, bytes) : this.#versions.get(name);
  }
}
