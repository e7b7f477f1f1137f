import type { AnswerSource, AnswerTaker } from '../../model/invocations/answer-stream.ts';
import type { StartPath } from '../../model/invocations/start-path.ts';
import type { ContainerInvocation } from '../../instance/guest.ts';
import type { ActiveContainer } from '../active-pool/state.ts';
import type { Ticket } from '../queue/ticket.ts';

/** The run that it is the answer of. */
interface PassedFrom {
  readonly ticket: Ticket;
  readonly container: ActiveContainer;
  readonly startPath: StartPath;
}

/** Who is told how much of it there is. */
interface PartsCounter {
  streamed(bytes: number): void;
}

/** An answer that is passed on part by part, from its container to who takes it, until the run has ended. */
export class PassedOn implements NonNullable<ContainerInvocation['answer']> {
  /** Passed on until now; undefined where it has not begun. */
  bytes: number | undefined;
  readonly #taker: AnswerTaker;
  readonly #from: PassedFrom;
  readonly #counts: PartsCounter;
  readonly #startedAt: () => number | undefined;
  #over = false;

  /** `startedAt`: when its code began, on the host's clock. */
  constructor(taker: AnswerTaker, from: PassedFrom, counts: PartsCounter, startedAt: () => number | undefined) {
    this.#taker = taker;
    this.#from = from;
    this.#counts = counts;
    this.#startedAt = startedAt;
  }

  readonly onBegin = (contentType: string, source: AnswerSource): void => {
    if (this.#over) return;
    const { ticket, container, startPath } = this.#from;
    const { receivedAt } = ticket.invocation;
    const startMs = (this.#startedAt() ?? receivedAt) - receivedAt;
    this.bytes = 0;
    const where = { instanceId: container.instance.guest.id, containerId: container.guest.id };
    this.#taker.began({ contentType, startPath, startMs, ...where }, source);
  };

  readonly onPart = (data: Uint8Array): void => {
    if (this.#over) return;
    this.bytes = (this.bytes ?? 0) + data.length;
    this.#counts.streamed(data.length);
    this.#taker.part(data);
  };

  /** What still comes is too late. */
  end(): void {
    this.#over = true;
  }
}
