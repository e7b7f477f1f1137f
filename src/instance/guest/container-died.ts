import type { ContainerExit } from '../guest.ts';

/** A container died while something was asked of it. */
export class ContainerDiedError extends Error {
  override readonly name = 'ContainerDiedError';
  readonly exit: ContainerExit;
  /** `lastWords`: what it printed before, where that may tell more. */
  constructor(exit: ContainerExit, lastWords = '') {
    super(`The container ended: ${describe(exit)}${lastWords === '' ? '' : ` (${lastWords})`}.`);
    this.exit = exit;
  }
}

function describe({ reason, code, signal }: ContainerExit): string {
  if (reason === 'instance-lost') return 'its instance died';
  if (reason === 'memory') return 'it needed more memory than it may have';
  if (reason === 'processes') return 'it had more processes than it may have';
  if (reason === 'protocol') return 'it broke the protocol, and was killed for it';
  if (reason === 'killed') return 'it was killed';
  return signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
}
