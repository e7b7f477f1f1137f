import { setTimeout as wait } from 'node:timers/promises';
import type { Verdicts } from '../../effects/characteristics/characteristics.ts';
import { answerWords, changeWords, reasonWords } from '../../effects/characteristics/words.ts';
import { type Changes, changesBetween } from '../../effects/comparison/comparison.ts';
import type { Report } from '../../effects/model/effect.ts';
import { readReport } from '../../effects/model/read-report.ts';
import type { HeddleClient } from '../../sdk/client.ts';
import { ServiceError } from '../../sdk/service-error.ts';
import type { Shape } from '../../sdk/shape.ts';
import { launcher } from '../context.ts';
import { CliError, exitCodes } from '../exit.ts';
import { paint } from '../output/style.ts';
import type { CodePackage } from '../packaging/package-code.ts';
import { Analysis } from './analysis.ts';
import { readVerdicts } from './read-verdicts.ts';
import { type Requirement, unmet } from './requirements.ts';

/** What was deployed does, and what of that is new. */
export interface DeployedEffects {
  readonly verdicts: Verdicts;
  /** Against the version before; undefined where there was none, or it is not known what that did. */
  readonly changes?: Changes;
  /** Who runs it again by themselves when it failed. */
  readonly retriedBy: readonly string[];
}

interface Before {
  readonly report: Report;
  readonly verdicts: Verdicts;
}

/** What the version before did may have to be found first; nobody waits longer for it than this, ms. */
const beforeMsMax = 3_000;
/** Reasons that are said of one change; `heddle effects` has all. */
const saidMax = 3;

/** Services that do not look at effects, and what they have no answer for, are no reason not to deploy. */
function unlessRefused(error: unknown): undefined {
  if (error instanceof ServiceError) return undefined;
  throw error;
}

/**
 * What a deployment changes of what its function does. In this order: made while code is packed, which asks for what is there now; `demand`, before anything
 * is sent; `look`, while the service is at work; `keep`, when it is done.
 */
export class EffectsOfDeployment implements Disposable {
  readonly #client: HeddleClient;
  readonly #name: string;
  /** Undefined for what is not looked at: code of other runtimes than Node's. */
  readonly #analysis: Analysis | undefined;
  readonly #before: Promise<Before | undefined>;
  #found: Promise<Report | undefined> | undefined;
  #said: Promise<Shape | undefined> | undefined;

  constructor(
    client: HeddleClient,
    name: string,
    { exists, runtime }: { readonly exists: boolean; readonly runtime: string },
  ) {
    this.#analysis = runtime.startsWith('nodejs') ? new Analysis() : undefined;
    this.#client = client;
    this.#name = name;
    this.#before = exists ? this.#readBefore() : Promise.resolve(undefined);
    // It may be that nobody comes to ask for it.
    this.#before.catch(() => undefined);
  }

  async #readBefore(): Promise<Before | undefined> {
    const found = await this.#client
      .admin('GET', `/functions/${encodeURIComponent(this.#name)}/effects`)
      .catch(unlessRefused);
    if (found === undefined) return undefined;
    return {
      report: readReport(found.object('report').toJSON()),
      verdicts: readVerdicts(found.object('verdicts')),
    };
  }

  #report(code: CodePackage): Promise<Report | undefined> {
    this.#found ??= this.#analysis?.of(code) ?? Promise.resolve(undefined);
    return this.#found;
  }

  #say(report: Report): Promise<Shape | undefined> {
    this.#said ??= this.#client
      .admin('POST', '/effects', { body: { function: this.#name, report } })
      .catch(unlessRefused);
    return this.#said;
  }

  /** Throws CliError (refused) where code is not known to be all that is required of it. */
  async demand(code: CodePackage, runtime: string, required: readonly Requirement[]): Promise<void> {
    if (required.length === 0) return;
    const report = await this.#report(code);
    const said = report && (await this.#say(report));
    if (said === undefined)
      throw new CliError(
        `${this.#name} is not deployed: what it does cannot be told, and --require asks for ${required.join(', ')}.`,
        exitCodes.refused,
        {
          hint: `Code of ${runtime} ${report === undefined ? 'is not looked at' : 'is looked at by newer services'}.`,
        },
      );
    const verdicts = readVerdicts(said.object('verdicts'));
    const broken = unmet(required, verdicts);
    if (broken.length === 0) return;
    const [first] = broken;
    const lines = broken.flatMap(({ characteristic }) => {
      const { answer, reasons } = verdicts[characteristic];
      const why = reasons.slice(0, saidMax).map((reason) => `  ${reasonWords(reason)}`);
      return [
        `It ${answerWords(characteristic, answer)}${why.length === 0 ? ', as nobody has said anything of it.' : ':'}`,
        ...why,
      ];
    });
    throw new CliError(
      `${this.#name} is not deployed: --require asks for ${broken.map(({ requirement }) => requirement).join(', ')}.\n${lines.join('\n')}`,
      exitCodes.refused,
      {
        hint: `What cannot be told from the code can be said in heddle.effects.json${first === undefined ? '' : '; docs/effects.md has its form'}.`,
      },
    );
  }

  /** Finds out while the service is at work. */
  async look(code: CodePackage): Promise<DeployedEffects | undefined> {
    const report = await this.#report(code);
    const said = report && (await this.#say(report));
    if (report === undefined || said === undefined) return undefined;
    const verdicts = readVerdicts(said.object('verdicts'));
    using over = new DisposableStack();
    const controller = new AbortController();
    over.defer(() => controller.abort());
    const late = wait(beforeMsMax, undefined, { signal: controller.signal }).catch(() => undefined);
    const before = await Promise.race([this.#before, late]);
    return {
      verdicts,
      retriedBy: said.texts('retriedBy'),
      ...(before && { changes: changesBetween(before, { report, verdicts }) }),
    };
  }

  /** Tells the service, so that it need not look itself. */
  async keep(configuration: Shape): Promise<void> {
    const report = await this.#found;
    if (report === undefined || report.handler !== configuration.text('Handler')) return;
    await this.#client
      .admin('PUT', `/functions/${encodeURIComponent(this.#name)}/effects`, {
        body: { codeSha256: configuration.text('CodeSha256'), report },
      })
      .catch(unlessRefused);
  }

  [Symbol.dispose](): void {
    this.#analysis?.[Symbol.dispose]();
  }
}

/** What there is to be said of it, a line each. */
export function effectLines(name: string, { verdicts, changes, retriedBy }: DeployedEffects): readonly string[] {
  const lines = (changes?.answers ?? []).flatMap((change): readonly string[] => {
    const words = `${name} ${changeWords(change)}`;
    if (!change.isWorse) return [`${paint('green', 'Better', process.stderr)}: ${words}.`];
    const [reason, ...more] = change.reasons;
    const why =
      reason === undefined
        ? '.'
        : `: ${reasonWords(reason, true)}${more.length === 0 ? '.' : `, and ${more.length} more; see ${launcher()} effects ${name}.`}`;
    return [`${paint('yellow', 'Beware', process.stderr)}: ${words}${why}`];
  });
  const { answer, reasons } = verdicts['retry-safe'];
  const [reason] = reasons;
  if (answer === 'no' && retriedBy.length > 0 && reason !== undefined)
    return [
      ...lines,
      `${paint('yellow', 'Beware', process.stderr)}: ${name} is called again after a failure, by ${retriedBy.join(' and ')}, and is not retry-safe: ${reasonWords(reason)}.`,
    ];
  return lines;
}
