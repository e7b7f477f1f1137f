import { configurationKey, partsOf } from '../../model/configuration.ts';
import type { ContainerSnapshot, InstanceSnapshot } from '../../model/snapshot.ts';
import type { WarmGuest } from '../../warming-pool/warm-guest.ts';
import type { ActiveContainer, ActiveInstance } from './state.ts';

/** An instance of the warming pool, at `now`. */
export function snapshotOfWarm({ bornAt, guest, blanks }: WarmGuest, now: number): InstanceSnapshot {
  const ageMs = now - bornAt;
  return {
    id: guest.id,
    configuration: configurationKey(guest.configuration),
    state: 'warm',
    ageMs,
    idleMs: ageMs,
    containers: Array.from(blanks, ({ id, kind }) => ({
      id,
      runtime: partsOf(kind).runtime,
      state: 'blank',
      ageMs,
      idleMs: ageMs,
      invocations: 0,
    })),
  };
}

/** An allocated instance, at `now`. */
export function snapshotOfActive(instance: ActiveInstance, now: number): InstanceSnapshot {
  return {
    id: instance.guest.id,
    configuration: configurationKey(instance.guest.configuration),
    state: instance.retiring ? 'retiring' : 'allocated',
    account: instance.pool.account,
    ageMs: now - instance.bornAt,
    idleMs: instance.holds > 0 ? 0 : now - instance.usedAt,
    containers: Array.from(instance.containers, (container) => snapshotOfContainer(container, now)),
  };
}

function snapshotOfContainer(container: ActiveContainer, now: number): ContainerSnapshot {
  const { code, state } = container;
  return {
    id: container.guest.id,
    runtime: partsOf(container.guest.kind).runtime,
    state,
    ...(code === undefined ? {} : { functionName: code.function.name, memoryMb: code.function.memoryMb }),
    ageMs: now - container.bornAt,
    idleMs: state === 'running' || state === 'starting' ? 0 : now - container.usedAt,
    invocations: container.invocations,
  };
}
