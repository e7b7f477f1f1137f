import { latestVersion, type FunctionVersion } from '../../model/functions/function.ts';
import { configurationKey, partsOf } from '../../model/runtimes/configuration.ts';
import type { Guest } from '../../instance/guest.ts';
import type { ContainerSnapshot, InstanceSnapshot, ServiceSnapshot } from '../../model/snapshot.ts';
import type { WarmGuest } from '../../warming-pool/warm-guest.ts';
import type { Parts } from '../parts.ts';
import type { ActiveContainer, ActiveInstance } from './state.ts';

/** All of it now; so many requests wait. */
export function snapshotOf(
  { active, clock, memory, settings, warming }: Pick<Parts, 'active' | 'clock' | 'memory' | 'settings' | 'warming'>,
  length: number,
  preparations: ServiceSnapshot['preparations'],
): ServiceSnapshot {
  const now = clock.now();
  return {
    warming: warming.snapshot(),
    instances: [
      ...Array.from(warming.guests(), (warm) => snapshotOfWarm(warm, now)),
      ...Array.from(active.instances, (instance) => snapshotOfActive(instance, now)),
    ],
    queue: { length, max: settings.queueMax },
    memory: { totalMb: memory.totalMb, freeMb: memory.freeMb, idleMb: active.idleMb + warming.evictableMb },
    preparations,
  };
}

/** An instance of the warming pool, at `now`. */
function snapshotOfWarm({ bornAt, guest, blanks }: WarmGuest, now: number): InstanceSnapshot {
  const ageMs = now - bornAt;
  return {
    id: guest.id,
    configuration: configurationKey(guest.configuration),
    state: 'warm',
    ageMs,
    idleMs: ageMs,
    ...limitedOf(guest),
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
function snapshotOfActive(instance: ActiveInstance, now: number): InstanceSnapshot {
  return {
    id: instance.guest.id,
    configuration: configurationKey(instance.guest.configuration),
    state: instance.paused !== undefined ? 'paused' : instance.retiring ? 'retiring' : 'allocated',
    account: instance.pool.account,
    ...ownedBy(instance),
    ageMs: now - instance.bornAt,
    idleMs: instance.holds > 0 ? 0 : now - instance.usedAt,
    ...limitedOf(instance.guest),
    ...pausedOf(instance, now),
    containers: Array.from(instance.containers, (container) => snapshotOfContainer(container, now)),
  };
}

function ownedBy({
  kept,
  pool: { owner },
}: ActiveInstance): Pick<InstanceSnapshot, 'tenantId' | 'dedicatedTo' | 'portion' | 'kept'> {
  const { functionName, tenantId, portion } = owner;
  return {
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(functionName === undefined ? {} : { dedicatedTo: functionName }),
    ...(portion === undefined ? {} : { portion: { trust: portion.trust, group: portion.group } }),
    ...(kept ? { kept } : {}),
  };
}

function pausedOf({ paused }: ActiveInstance, now: number): Pick<InstanceSnapshot, 'paused'> {
  if (paused?.to === undefined) return {};
  const { bytes, since, to, until } = paused;
  return { paused: { to, bytes, forMs: now - since, leftMs: Math.max(0, until - now) } };
}

function limitedOf({ limited }: Guest): Pick<InstanceSnapshot, 'limited'> {
  return limited === undefined ? {} : { limited };
}

function snapshotOfContainer(container: ActiveContainer, now: number): ContainerSnapshot {
  const { code, state } = container;
  return {
    id: container.guest.id,
    runtime: partsOf(container.guest.kind).runtime,
    state,
    ...(code === undefined ? {} : { functionName: nameOf(code.function), memoryMb: code.function.memoryMb }),
    ...capacityOf(container),
    ageMs: now - container.bornAt,
    idleMs: state === 'running' || state === 'starting' ? 0 : now - container.usedAt,
    invocations: container.invocations,
  };
}

/** Of a published version, with its number. */
function nameOf({ name, version }: FunctionVersion): string {
  return version === latestVersion ? name : `${name}:${version}`;
}

function capacityOf({ code, prepared, provisioned }: ActiveContainer): Pick<ContainerSnapshot, 'capacity'> {
  if (provisioned) return { capacity: 'provisioned' };
  if (prepared !== undefined) return { capacity: 'prepared' };
  return code?.capacity?.kind === 'variable' ? { capacity: 'variable' } : {};
}
