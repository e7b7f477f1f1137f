import type { GuestContainer } from '../../instance/guest.ts';
import type { ActiveInstance } from './active-instance.ts';
import type { Code } from './code.ts';
import { Link } from './recency-list.ts';

/** A container as the worker manager keeps it. Moves: blank → starting → running ⇄ idle; any → retiring. */
export class ActiveContainer {
  readonly guest: GuestContainer;
  readonly instance: ActiveInstance;
  readonly bornAt: number;
  state: 'blank' | 'starting' | 'idle' | 'running' | 'retiring' = 'blank';
  /** What is loaded in it; undefined while it is blank. */
  code: Code | undefined;
  /** When it last began or ended to be used. */
  usedAt: number;
  invocations = 0;
  memoryPeakMb = 0;
  /** Processor time that its processes had wanted when that was last looked at, and when that was; see `concurrency/in-flight.ts`. */
  look: { readonly at: number; readonly processorMs: number } | undefined;
  /** What share of a processor the call that it runs wants, as seen while it runs; undefined until it was looked at twice. */
  share: number | undefined;
  readonly inCode: Link<ActiveContainer> = new Link<ActiveContainer>(this);
  readonly inAccount: Link<ActiveContainer> = new Link<ActiveContainer>(this);
  readonly inIdle: Link<ActiveContainer> = new Link<ActiveContainer>(this);

  constructor(guest: GuestContainer, instance: ActiveInstance, bornAt: number) {
    this.guest = guest;
    this.instance = instance;
    this.bornAt = bornAt;
    this.usedAt = bornAt;
  }

  /** What it may take, MiB; 0 while it is blank: that is part of what every instance takes. */
  get memoryMb(): number {
    return this.code?.function.memoryMb ?? 0;
  }
}
