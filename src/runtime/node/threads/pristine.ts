import { lateGlobals, loadedModules } from './late-globals.ts';

const emitter: NodeJS.EventEmitter = process;
const { env } = process;
const { get, set, ownKeys, getOwnPropertyDescriptor, defineProperty, deleteProperty } = Reflect;
const cwd = process.cwd.bind(process);
const chdir = process.chdir.bind(process);
const umask = process.umask.bind(process);
const eventNames = emitter.eventNames.bind(emitter);
const rawListeners = emitter.rawListeners.bind(emitter);
const resourcesInUse = process.getActiveResourcesInfo.bind(process);

/** A property of one of the runtime's own objects. */
interface Kept {
  readonly object: object;
  readonly key: PropertyKey;
  readonly descriptor: PropertyDescriptor;
}

/**
 * What a process is like when its module has been loaded and no thread has run yet, so that each finds it so: working folder, environment,
 * `exitCode`, umask, listeners of `process`, `console`, and the globals that Node itself provides. What the module keeps for itself
 * (its variables, new globals) is shared by its threads, by design. Timers cannot be taken back: whether a thread leaves some is told,
 * so that its container ends.
 *
 * Globals that Node has not loaded yet are not looked at, which would load them: they are kept from when a thread that needed them has ended.
 */
export class Pristine {
  readonly #cwd: string = cwd();
  readonly #umask: number = umask();
  readonly #env: readonly (readonly [name: string, value: string | undefined])[] = Object.entries(env);
  readonly #exitCode = process.exitCode;
  readonly #listeners: ReadonlyMap<string | symbol, readonly Function[]> = listenersNow();
  readonly #kept: Kept[];
  /** Whether an object's properties have the values that they had. */
  readonly #objects: { readonly object: object; readonly same: () => boolean }[];
  /** Objects that must not have more properties than they had. */
  readonly #prototypes: readonly {
    readonly object: object;
    readonly count: number;
    readonly keys: ReadonlySet<PropertyKey>;
  }[];
  /** Modules of Node's that were not loaded when it was looked last, and how many were. */
  readonly #late: Set<string> = new Set(Object.keys(lateGlobals));
  #loaded = 0;
  #timers = timersNow();

  constructor() {
    const late = new Set<PropertyKey>(Object.values(lateGlobals).flat());
    const kept = [console, process, Math, JSON, ...prototypes].map((object) => keptOf(object, ownKeys(object)));
    const globals = ownKeys(globalThis).filter((key) => !late.has(key));
    this.#kept = [];
    this.#objects = [];
    for (const some of [keptOf(globalThis, globals), ...kept]) this.#keep(some);
    this.#keepLate();
    this.#prototypes = prototypes.map((object) => ({
      object,
      count: ownKeys(object).length,
      keys: new Set(ownKeys(object)),
    }));
  }

  /** Whether more timers wait than before the thread that has just ended. To be called when it has. */
  leftTimers(): boolean {
    const timers = timersNow();
    const left = timers > this.#timers;
    this.#timers = timers;
    return left;
  }

  /** Makes everything as it was, before the next thread. */
  restore(): void {
    if (cwd() !== this.#cwd) chdir(this.#cwd);
    if (process.exitCode !== this.#exitCode) process.exitCode = this.#exitCode;
    if (umask() !== this.#umask) umask(this.#umask);
    this.#restoreEnvironment();
    this.#restoreListeners();
    this.#restoreObjects();
    this.#keepLate();
  }

  #keep(kept: readonly Kept[]): void {
    const [first] = kept;
    if (first === undefined) return;
    this.#kept.push(...kept);
    // Made when the first thread has its answer: nobody waits then.
    let same: (() => boolean) | undefined;
    this.#objects.push({ object: first.object, same: () => (same ??= comparison(first.object, kept))() });
  }

  #keepLate(): void {
    const loaded = loadedModules();
    if (loaded.length === this.#loaded) return;
    this.#loaded = loaded.length;
    for (const module of this.#late) {
      if (!loaded.includes(`NativeModule ${module}`)) continue;
      this.#late.delete(module);
      const names = lateGlobals[module] ?? [];
      this.#keep(
        keptOf(
          globalThis,
          names.filter((name) => name in globalThis),
        ),
      );
    }
  }

  #restoreEnvironment(): void {
    if (process.env !== env) process.env = env;
    for (const [name, value] of this.#env) if (env[name] !== value) env[name] = value;
    if (ownKeys(env).length === this.#env.length) return;
    const names = new Set(this.#env.map(([name]) => name));
    for (const name of Object.keys(env)) if (!names.has(name)) delete env[name];
  }

  #restoreListeners(): void {
    const names = eventNames();
    for (const name of names) restoreListeners(name, this.#listeners.get(name) ?? []);
    for (const [name, listeners] of this.#listeners) if (!names.includes(name)) restoreListeners(name, listeners);
  }

  #restoreObjects(): void {
    for (const { object, same } of this.#objects) if (!same()) this.#restoreObject(object);
    for (const { object, count, keys } of this.#prototypes) {
      const now = ownKeys(object);
      if (now.length !== count) for (const key of now) if (!keys.has(key)) deleteProperty(object, key);
    }
  }

  #restoreObject(object: object): void {
    for (const { object: of, key, descriptor } of this.#kept)
      if (of === object && get(object, key) !== descriptor.value && !defineProperty(object, key, descriptor))
        set(object, key, descriptor.value);
  }
}

/**
 * Compares values alone, as most are never touched: descriptors cost ten times as much. By code that names the properties: to look up four
 * hundred by variables takes twenty times as long, which is more than a small thread does. (Names are strings here, quoted; symbols have no literals.)
 */
function comparison(object: object, kept: readonly Kept[]): () => boolean {
  const slow = (some: readonly Kept[]) => (): boolean =>
    some.every(({ key, descriptor }) => get(object, key) === descriptor.value);
  const named = kept.filter(({ key }) => typeof key === 'string');
  const others = slow(kept.filter(({ key }) => typeof key !== 'string'));
  const code = named.map(({ key }, index) => `o[${JSON.stringify(key)}]===v[${index}]`).join('&&');
  try {
    const values = named.map(({ descriptor }) => descriptor.value);
    // oxlint-disable-next-line typescript/no-implied-eval -- Made of Node's own names before any user code ran.
    const same: unknown = new Function('o', 'v', `return()=>${code || 'true'}`)(object, values);
    if (typeof same === 'function') return () => same() === true && others();
  } catch {
    // Code from strings may be forbidden here (`--disallow-code-generation-from-strings`).
  }
  return slow(kept);
}

/** Of what everything is made. */
const prototypes: readonly object[] = [Object, Array, Function, String, Number, Promise, Map, Set, Error].map(
  (made): object => made.prototype,
);

/** Those that hold a value which a program does not change in passing; getters stay as they are, some of them load half of Node. */
function keptOf(object: object, keys: readonly PropertyKey[]): Kept[] {
  return keys.flatMap((key) => {
    const descriptor = getOwnPropertyDescriptor(object, key);
    const isOurs =
      typeof descriptor?.value === 'function' && (descriptor.writable === true || descriptor.configurable === true);
    return isOurs && descriptor !== undefined ? [{ object, key, descriptor }] : [];
  });
}

function listenersNow(): Map<string | symbol, readonly Function[]> {
  return new Map(eventNames().map((name) => [name, rawListeners(name)]));
}

function restoreListeners(name: string | symbol, wanted: readonly Function[]): void {
  const now = rawListeners(name);
  if (now.length === wanted.length && now.every((listener, index) => listener === wanted[index])) return;
  emitter.removeAllListeners(name);
  for (const listener of wanted) Reflect.apply(emitter.on, emitter, [name, listener]);
}

function timersNow(): number {
  let count = 0;
  for (const name of resourcesInUse()) if (name === 'Timeout') count += 1;
  return count;
}
