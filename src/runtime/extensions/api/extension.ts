import { randomUUID } from 'node:crypto';

/** What an extension may ask to be told of. */
export type EventName = 'INVOKE' | 'SHUTDOWN';

/** As AWS Lambda names them in its answers, events and log lines. */
export type ExtensionState =
  | 'Started'
  | 'Registered'
  | 'Ready'
  | 'Running'
  | 'InitError'
  | 'ExitError'
  | 'LaunchError'
  | 'Exited';

/** A request for the next event that waits for one. */
export interface WaitingForEvent {
  /** Whether somebody still waits. */
  readonly open: boolean;
  send(event: object): void;
}

/** From which states an extension comes into each of those that it asks for itself. */
const before: Readonly<Record<'Registered' | 'Ready' | 'InitError' | 'ExitError', readonly ExtensionState[]>> = {
  Registered: ['Started'],
  Ready: ['Registered', 'Running'],
  InitError: ['Registered', 'InitError'],
  ExitError: ['Registered', 'Ready', 'Running', 'ExitError'],
};

/**
 * One extension, by what it said last. Life: Started → Registered → Ready (it waits for an event) ⇄ Running (it has one), or an end.
 * An external one is a program of `/opt/extensions`, which is there from its start on; an internal one is a part of the runtime's
 * process, of which its registration is the first that is heard.
 */
export class Extension {
  /** Its file's name, or the name that it gave itself. */
  readonly name: string;
  readonly id: string = randomUUID();
  readonly external: boolean;
  /** What it registered for. */
  events: readonly EventName[] = [];
  /** Why it failed, by its own word or by the system's. */
  errorType: string | undefined;
  #state: ExtensionState = 'Started';
  #waiting: WaitingForEvent | undefined;
  /** One that came while it did not ask. */
  #event: object | undefined;

  constructor(name: string, external: boolean) {
    this.name = name;
    this.external = external;
  }

  get state(): ExtensionState {
    return this.#state;
  }

  /** Goes into a state that it asks for. Gives false where it may not, and changes nothing then. */
  move(to: keyof typeof before): boolean {
    if (!before[to].includes(this.#state)) return false;
    this.#state = to;
    return true;
  }

  /** It could not be started, or it has ended. */
  gone(state: 'LaunchError' | 'Exited'): void {
    if (this.errorType === undefined || state === 'LaunchError') this.#state = state;
    this.#waiting = undefined;
  }

  /** It asks for its next event. Gives false where it may not. */
  next(waiting: WaitingForEvent): boolean {
    // Whoever hung up and asks again has not been given anything meanwhile.
    const again = this.#state === 'Ready' && this.#waiting?.open !== true;
    if (!again && !this.move('Ready')) return false;
    this.#waiting = waiting;
    if (this.#event !== undefined) this.tell(this.#event);
    return true;
  }

  /** Gives it an event, at once or when it asks. */
  tell(event: object): void {
    if (this.#state !== 'Ready' || this.#waiting?.open !== true) {
      this.#event = event;
      return;
    }
    this.#event = undefined;
    this.#state = 'Running';
    this.#waiting.send(event);
    this.#waiting = undefined;
  }
}
