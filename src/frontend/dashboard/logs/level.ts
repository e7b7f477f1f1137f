import { Lru } from '../../../model/lru.ts';
import { logLevels, type LogLevel } from '../../../model/dashboard/logs.ts';

/** Invocations whose last level is remembered: a stack has it in its first line only. */
const rememberedMax = 1_000;

/** `2026-01-31T12:00:00.000Z  ID  ERROR  text`, as the runtimes of Node write it. */
const tabbed = /^\S+\t\S+\t([A-Z]+)\t/;
/** `[ERROR] …`, as Python's logging does on AWS. */
const bracketed = /^\[([A-Z]+)\]/;
/** `{"level":"ERROR", …}`, as the JSON format does, and most libraries. */
const member = /"level"\s*:\s*"([A-Za-z]+)"/;
const system = /^(?:START|END|REPORT|INIT_START|EXTENSION|TELEMETRY) /;
const service = /^(?:Egress (?:refused|failed|limited)|\d+ log entries were dropped)/;
const aliases: Readonly<Record<string, LogLevel>> = { WARNING: 'WARN', CRITICAL: 'FATAL', NOTICE: 'INFO' };
const charactersMax = 2_000;

/** Tells what level lines have. To be asked for each line in its order. */
export class Levels {
  readonly #last = new Lru<LogLevel>(rememberedMax);

  /** What follows a line without one of its own has the same. */
  of(requestId: string, text: string): LogLevel {
    if (system.test(text)) {
      this.#last.delete(requestId);
      return 'SYSTEM';
    }
    if (service.test(text)) return 'WARN';
    const said = levelIn(text);
    if (said === undefined) return this.#last.get(requestId) ?? 'INFO';
    this.#last.set(requestId, said, 1);
    return said;
  }
}

/** What a line says of itself, in one of the forms that are known. */
function levelIn(text: string): LogLevel | undefined {
  const head = text.slice(0, charactersMax);
  const [, word] = tabbed.exec(head) ?? bracketed.exec(head) ?? (head.startsWith('{') ? member.exec(head) : null) ?? [];
  const level = word?.toUpperCase();
  return level === undefined ? undefined : (aliases[level] ?? logLevels.find((one) => one === level));
}
