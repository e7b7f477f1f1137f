import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import { codeFileName, type CodeBundle, type CodeFile } from '../../model/functions/code.ts';
import { isPython } from '../../model/runtimes/configuration.ts';
import { instanceCodeName, type FunctionVersion } from '../../model/functions/function.ts';
import { limits } from '../../model/limits.ts';
import type { CodeStore } from '../../store/contract.ts';
import type { CodeSource, WorkerManager, WorkerObserver } from '../../worker-manager/contract.ts';

/** A function of ours, by a name that nobody else's can have. */
const compilerName = 'heddle:compile';
/** The name, in an instance, of code as it was uploaded: what is called by its own name comes compiled. */
const sourceMark = '-source';
/** Less than this is compiled in a few milliseconds, wherever it is needed. Bytes of source. */
const sourceBytesMin = 65_536;
/** Source of that size is not packed into less. */
const zipBytesMin = 8_192;
const compileMsMax = 60_000;
/** It has to hold a module's tree, whatever the function's own size, MiB. */
const compileMemoryMb = 512;

/** What {@link CompiledPython} works with. */
export interface CompiledPythonParts {
  readonly codeStore: CodeStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Keeps Python's modules compiled, with the code: compiling is half of what importing a large package takes, and `/var/task` is
 * read-only. It is done once, before the function's first call, where everything that reads its code is done: in a container of its account. What
 * comes of it is run for nobody but this very code, which could do the same in its own name.
 */
export class CompiledPython {
  readonly #parts: CompiledPythonParts;

  /** What was looked at, by code and runtime. */
  readonly #done = new Set<string>();

  constructor(parts: CompiledPythonParts) {
    this.#parts = parts;
  }

  /** Whether it may be worth to wait for `keep`, as far as is known without reading the code. */
  awaits({ runtime, codeBytes, codeSha256 }: FunctionVersion): boolean {
    return isPython(runtime) && codeBytes >= zipBytesMin && !this.#done.has(`${codeSha256} ${runtime}`);
  }

  /** A function's code with what was compiled of it. */
  readonly source: CodeSource = async (fn) => {
    const { codeStore } = this.#parts;
    if (fn.name === compilerName) {
      return { ...(await codeStore.read(fn.description)), sha256: instanceCodeName(fn) };
    }
    if (!isPython(fn.runtime)) return await codeStore.read(fn.codeSha256);
    const compiled = await codeStore.readCompiled(fn.codeSha256, fn.runtime);
    return { ...(compiled ?? (await codeStore.read(fn.codeSha256))), sha256: instanceCodeName(fn) };
  };

  /** Compiles what is worth it and was not. Never rejects: without it, a function only starts slower. */
  async keep(fn: FunctionVersion, manager: WorkerManager, signal: AbortSignal): Promise<void> {
    const { codeStore, logger } = this.#parts;
    if (!isPython(fn.runtime)) return;
    try {
      if ((await codeStore.readCompiled(fn.codeSha256, fn.runtime)) !== undefined) return;
      const code = await codeStore.read(fn.codeSha256);
      if (sourceBytes(code) < sourceBytesMin) return;
      const files = await this.#compile(fn, code, manager, signal);
      const room = limits.codeBytesMax - code.bytes - files.reduce((sum, { data }) => sum + data.length, 0);
      if (room < 0 || files.length + code.files.length > limits.codeFilesMax) return;
      await codeStore.keepCompiled(fn.codeSha256, fn.runtime, files);
    } catch (err) {
      if (!signal.aborted)
        logger.warn({ err, function: fn.arn }, 'The modules of a function could not be compiled ahead.');
    } finally {
      this.#done.add(`${fn.codeSha256} ${fn.runtime}`);
      manager.removed(fn.account, compilerName);
    }
  }

  async #compile(
    fn: FunctionVersion,
    code: CodeBundle,
    manager: WorkerManager,
    signal: AbortSignal,
  ): Promise<CodeFile[]> {
    const compiler = compilerFor(fn);
    const allowed = compiledPaths(code, fn.runtime);
    const files: CodeFile[] = [];
    for (let from: number | undefined = 0; from !== undefined;) {
      const payload = Buffer.from(JSON.stringify({ from }));
      const receivedAt = this.#parts.clock.now();
      const invocation = { function: compiler, requestId: randomUUID(), payload, receivedAt, ofService: true };
      const { result } = await manager.invoke(invocation, signal);
      const answer = Buffer.from(result.payload);
      if (!result.ok) throw new Error(`The compiler failed: ${answer.toString('utf8', 0, 1_000)}`);
      const part = readAnswer(answer, allowed);
      files.push(...part.files);
      if (part.next !== undefined && part.next <= from) throw new Error('The compiler does not get any further.');
      from = part.next;
    }
    return files;
  }
}

/** Tells an observer of everything but what the service does for itself. */
export function unlessCompiling(observer: WorkerObserver): WorkerObserver {
  return {
    ...observer,
    invoked: (fn, ...rest) => (fn.name === compilerName ? undefined : observer.invoked(fn, ...rest)),
    printed: (fn, ...rest) => (fn.name === compilerName ? undefined : observer.printed?.(fn, ...rest)),
    printedLate: (fn, ...rest) => (fn.name === compilerName ? undefined : observer.printedLate?.(fn, ...rest)),
    refused: (fn, ...rest) => (fn.name === compilerName ? undefined : observer.refused(fn, ...rest)),
  };
}

function compilerFor(fn: FunctionVersion): FunctionVersion {
  return {
    ...fn,
    name: compilerName,
    handler: 'heddle_runtime.compiling.handler',
    environment: {},
    codeSha256: `${codeFileName(fn.codeSha256)}${sourceMark}`,
    description: fn.codeSha256,
    memoryMb: Math.max(fn.memoryMb, compileMemoryMb),
    timeoutMs: compileMsMax,
  };
}

function sourceBytes({ files }: CodeBundle): number {
  return files.reduce((sum, { path, data }) => sum + (path.endsWith('.py') ? data.length : 0), 0);
}

/** Where Python looks for the compiled modules of this code (PEP 3147), and nothing else. */
function compiledPaths({ files }: CodeBundle, runtime: string): Set<string> {
  const tag = `cpython-${runtime.slice('python'.length).replace('.', '')}`;
  return new Set(
    files.flatMap(({ path }) => {
      const [, folder = '', name] = /^(.*\/)?([^/]+)\.py$/.exec(path) ?? [];
      return name === undefined ? [] : [`${folder}__pycache__/${name}.${tag}.pyc`];
    }),
  );
}

interface Answer {
  readonly next: number | undefined;
  readonly files: readonly CodeFile[];
}

/** What came out of a container is whatever user code there may have made of it. Throws where it is not what it should be. */
function readAnswer(answer: Buffer, allowed: ReadonlySet<string>): Answer {
  const end = answer.indexOf(0x0a);
  const header: unknown = JSON.parse(answer.toString('utf8', 0, Math.max(end, 0)));
  if (typeof header !== 'object' || header === null || !('files' in header) || !Array.isArray(header.files))
    throw new TypeError('The compiler answered without a header.');
  let offset = end + 1;
  const files = header.files.map((item: unknown): CodeFile => {
    const [path, bytes]: unknown[] = Array.isArray(item) ? item : [];
    if (
      typeof path !== 'string' ||
      typeof bytes !== 'number' ||
      !allowed.has(path) ||
      !(bytes > 0 && bytes <= answer.length - offset)
    )
      throw new TypeError('The compiler answered with a file that is none of a module.');
    const data = answer.subarray(offset, offset + bytes);
    offset += bytes;
    return { path, mode: 0o644, data };
  });
  const next = 'next' in header && typeof header.next === 'number' ? header.next : undefined;
  return { next, files };
}
