import type { Logger } from 'pino';
import type { HostId } from '../contract.ts';
import { protocolVersions } from '../protocol-version.ts';
import type { Beat } from './beat.ts';

/** Of processes so many are remembered that the log was told of. */
const toldMax = 1_000;

/** Hosts that are heard and not spoken to, as their protocol is another: the log is told once of each of their processes. */
export class Strangers {
  readonly #logger: Logger;
  readonly #told = new Set<string>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  note(host: HostId, name: string | undefined, { process, protocol }: Beat): void {
    if (this.#told.has(process) || this.#told.size >= toldMax) return;
    this.#told.add(process);
    const message = 'A host speaks no version of the protocol between hosts that this one does; it is not spoken to.';
    this.#logger.error({ host, name, protocol, own: protocolVersions }, message);
  }
}
