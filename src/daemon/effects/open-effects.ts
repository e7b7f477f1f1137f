import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Report } from '../../effects/model/effect.ts';
import { effectLimits } from '../../effects/model/limits.ts';
import { readReport } from '../../effects/model/read-report.ts';
import type { EffectReports } from '../../frontend/effects/reports.ts';
import { codeFileName } from '../../model/functions/code.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';
import { Lru } from '../../model/lru.ts';
import { isProvided, isPython } from '../../model/runtimes/configuration.ts';
import { writeFileAtomic } from '../../store/atomic-file.ts';
import type { CodeStore } from '../../store/contract.ts';
import { AnalysisThread, nothingKnown } from './analysis-thread.ts';

/** Reports of an account that are kept: the oldest go, and are made anew when somebody asks. */
const filesPerAccountMax = 4_000;
const removedAtOnce = 400;
/** Kept in memory, as the texts that they are. */
const cachedBytesMax = 1_048_576;

/** What {@link openEffects} works with. */
export interface EffectParts {
  /** Reports are files below it. */
  readonly folder: string;
  readonly codeStore: Pick<CodeStore, 'zipFile'>;
  readonly logger: Logger;
}

/** What functions do, kept as files: `ACCOUNT/CODE-HANDLER.json`. Nothing is loaded, read or started before somebody asks. */
export function openEffects({ folder, codeStore, logger }: EffectParts): EffectReports & AsyncDisposable {
  const thread = new AnalysisThread();
  const cache = new Lru<Report>(cachedBytesMax);
  const making = new Map<string, Promise<Report>>();
  /** Of which nothing is kept: snapshots ask again and again. */
  const absent = new Set<string>();

  function pathOf({ account, codeSha256, handler }: FunctionVersion): string {
    const name = createHash('sha256').update(handler).digest('base64url').slice(0, 16);
    return join(folder, account, `${codeFileName(codeSha256)}-${name}.json`);
  }

  async function find(version: FunctionVersion): Promise<Report | undefined> {
    if (!isNode(version)) return nothingKnown(version.handler, `is code of ${version.runtime}, which is not looked at`);
    const path = pathOf(version);
    const cached = cache.get(path);
    if (cached !== undefined || absent.has(path)) return cached;
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) {
      if (absent.size >= filesPerAccountMax) absent.clear();
      absent.add(path);
      return undefined;
    }
    try {
      const report = readReport(JSON.parse(text));
      cache.set(path, report, text.length);
      return report;
    } catch {
      // Of another version of the analysis, or cut off: it is made anew.
      return undefined;
    }
  }

  async function keep(version: FunctionVersion, report: Report): Promise<void> {
    const path = pathOf(version);
    const text = JSON.stringify(report);
    if (text.length > effectLimits.reportBytesMax)
      return await keep(
        version,
        nothingKnown(report.handler, `is too large to be kept: its report has ${text.length} bytes`),
      );
    await mkdir(join(folder, version.account), { recursive: true, mode: 0o700 });
    await writeFileAtomic(path, [Buffer.from(text)]);
    cache.set(path, report, text.length);
    absent.delete(path);
    await removeOldest(join(folder, version.account));
  }

  async function made(version: FunctionVersion): Promise<Report> {
    const { handler, codeSha256 } = version;
    const { path: zip } = await codeStore.zipFile(codeSha256);
    const report = await thread.analyse({ zip, handler });
    await keep(version, report).catch((err: unknown) =>
      logger.warn({ err }, 'What a function does could not be kept.'),
    );
    return report;
  }

  return {
    find,
    keep,
    async make(version) {
      const known = await find(version);
      if (known !== undefined) return known;
      const path = pathOf(version);
      const running = making.get(path) ?? made(version).finally(() => making.delete(path));
      making.set(path, running);
      return await running;
    },
    [Symbol.asyncDispose]: () => thread[Symbol.asyncDispose](),
  };
}

function isNode({ runtime }: FunctionVersion): boolean {
  return !isPython(runtime) && !isProvided(runtime);
}

async function removeOldest(folder: string): Promise<void> {
  const names = await readdir(folder);
  if (names.length <= filesPerAccountMax) return;
  const aged = await Promise.all(names.map(async (name) => ({ name, at: (await stat(join(folder, name))).mtimeMs })));
  for (const { name } of aged.toSorted((one, other) => one.at - other.at).slice(0, removedAtOnce))
    await rm(join(folder, name), { force: true });
}
