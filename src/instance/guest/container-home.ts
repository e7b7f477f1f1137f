import type { Clock } from '../../model/clock.ts';
import type { CodeBundle } from '../../model/functions/code.ts';
import type { Admission } from '../../model/network.ts';
import type { CodePlace } from '../channels/code-parts.ts';
import type { LayersSource } from '../guest.ts';

/** What a container needs of the guest it is in. */
export interface ContainerHome {
  readonly clock: Clock;
  /** For what the container itself has to do in time. */
  readonly deadlines: Clock;
  /** Puts code into a container, and limits it. */
  bindCode(place: CodePlace, sha256: string, code: () => Promise<CodeBundle>): Promise<void>;
  /** Puts layers into a container that has no code yet. */
  bindLayers(channel: number, layers: LayersSource): Promise<void>;
  /** Has the container's kernel let through so much of what its code connects to. Rejects if the relay is gone. */
  admit(channel: number, what: Admission): Promise<void>;
  /** Why not all that its code connects to is carried, if it is not. */
  readonly limited: () => string | undefined;
  /** The container is about to be used: whatever rests goes on. */
  wake(): void;
  /** What its kernel is still to be told of its connections, before its code goes on; undefined if there is nothing. */
  news(): Promise<void> | undefined;
  /** Resolves when `BootedContainer.output` was told what the container printed until now. Rejects if the agent is lost. */
  flushContainer(channel: number): Promise<void>;
  /** Resolves when nothing is left of it. Rejects if the agent is lost. */
  killContainer(channel: number): Promise<void>;
  /** The guest cannot be trusted any more: destroys it. */
  lose(error: Error): void;
}
