import { duplexPair, type Duplex } from 'node:stream';
import type { Instance, InstanceDriver, InstanceExit, InstanceSpec, ProbeVerdict } from '../contract.ts';

/** A driver without instances: for tests of what is round and above drivers. Counts what it was asked. */
export class MemoryDriver implements InstanceDriver {
  readonly name: InstanceDriver['name'];
  readonly capabilities: InstanceDriver['capabilities'];
  verdict: ProbeVerdict;
  readonly calls: string[] = [];
  /** Instances started, by id. */
  readonly instances: Map<string, MemoryInstance> = new Map();
  /** Called in `start`, before the instance is there. */
  onStart: (signal: AbortSignal) => Promise<void> = async () => undefined;
  onPrepare: () => Promise<void> = async () => undefined;

  constructor(name: InstanceDriver['name'] = 'host', ownKernel = false, mode = 'memory') {
    this.name = name;
    this.capabilities = { ownKernel, emulated: false, clones: false, containersMax: 4, containersEverMax: 24 };
    this.verdict = { driver: name, works: true, mode, evidence: 'it is made of memory', tookMs: 0 };
  }

  async probe(): Promise<ProbeVerdict> {
    this.calls.push('probe');
    return this.verdict;
  }

  async prepare(): Promise<void> {
    this.calls.push('prepare');
    await this.onPrepare();
  }

  async start(spec: InstanceSpec, signal: AbortSignal): Promise<Instance> {
    this.calls.push(`start ${spec.instanceId}`);
    await this.onStart(signal);
    const instance = new MemoryInstance(spec, () => this.calls.push(`destroy ${spec.instanceId}`));
    this.instances.set(spec.instanceId, instance);
    return instance;
  }

  async sweep(): Promise<number> {
    this.calls.push('sweep');
    return 0;
  }
}

/** An instance of {@link MemoryDriver}: `die` ends it as if its processes had been killed. */
export class MemoryInstance implements Instance {
  readonly id: string;
  readonly configuration: InstanceSpec['configuration'];
  readonly containers: Instance['containers'] = [];
  readonly channels = 25;
  readonly helloSaid = false;
  readonly exited: Promise<InstanceExit>;
  readonly relay: Duplex;
  /** The guest's end of channel 0. */
  readonly agentEnd: Duplex;
  readonly #hostEnd: Duplex;
  readonly #exit = Promise.withResolvers<InstanceExit>();
  readonly #onDestroy: () => void;

  constructor(spec: InstanceSpec, onDestroy: () => void) {
    this.id = spec.instanceId;
    this.configuration = spec.configuration;
    this.exited = this.#exit.promise;
    this.#onDestroy = onDestroy;
    [this.#hostEnd, this.agentEnd] = duplexPair();
    [this.relay] = duplexPair();
  }

  channel(): Duplex {
    return this.#hostEnd;
  }

  async residentBytes(): Promise<number> {
    return 1;
  }

  async destroy(): Promise<void> {
    this.#onDestroy();
    this.die(true);
  }

  die(expected = false): void {
    this.#hostEnd.destroy();
    this.relay.destroy();
    this.#exit.resolve({ expected, detail: 'gone' });
  }
}
