import { Command } from 'commander';
import { characteristics } from '../../../effects/characteristics/characteristics.ts';
import { answerWords, placeWords, reasonWords } from '../../../effects/characteristics/words.ts';
import { ServiceError } from '../../../sdk/service-error.ts';
import type { Shape } from '../../../sdk/shape.ts';
import { printJson, wantsJson, withClient } from '../../context.ts';
import { readVerdicts } from '../../effects/read-verdicts.ts';
import { paint } from '../../output/style.ts';
import { table } from '../../output/table.ts';
import { refuseUnknownFunction } from '../../unknown-function.ts';

const colours = { yes: 'green', no: 'green', unknown: 'yellow', bad: 'red' } as const;
/** Reasons that are shown of each answer; --json has all that are kept. */
const shownMax = 3;

function verdictRows(answer: Shape): readonly (readonly string[])[] {
  const verdicts = readVerdicts(answer.object('verdicts'));
  return characteristics.map((name) => {
    const { answer: said, reasons } = verdicts[name];
    const bad = name === 'leaves-machine' || name === 'personal-data' ? 'yes' : 'no';
    const lines = reasons.slice(0, shownMax).map((reason) => reasonWords(reason));
    const more = reasons.length > shownMax ? [`and ${reasons.length - shownMax} more`] : [];
    return [
      name,
      paint(colours[said === bad ? 'bad' : said], said),
      [...lines, ...more].join('\n') || answerWords(name, said),
    ];
  });
}

function effectRows(answer: Shape): readonly (readonly string[])[] {
  return answer
    .object('report')
    .list('effects')
    .map((effect) => {
      const at = effect.object('at');
      const via = effect.list('via').map((step) => step.text('name'));
      return [
        effect.text('what'),
        placeWords({ file: at.text('file'), line: at.number('line') }),
        via.join(' → '),
        effect.text('words'),
      ];
    });
}

async function show(name: string, command: Command): Promise<void> {
  await withClient(command, async (client) => {
    const [plain = name, qualifier] = name.split(':');
    const query = qualifier === undefined ? {} : { query: { Qualifier: qualifier } };
    const path = `/functions/${encodeURIComponent(plain)}/effects`;
    const answer = await client.admin('GET', path, query).catch(async (error: unknown) => {
      if (error instanceof ServiceError && error.status === 404) return await refuseUnknownFunction(client, plain);
      throw error;
    });
    if (wantsJson(command)) return printJson(answer);
    const width = process.stdout.columns;
    const about = [{ heading: 'CHARACTERISTIC' }, { heading: 'ANSWER' }, { heading: 'BECAUSE' }];
    process.stdout.write(`${table(about, verdictRows(answer), width)}\n`);
    const effects = effectRows(answer);
    const columns = [{ heading: 'EFFECT' }, { heading: 'WHERE' }, { heading: 'BY WAY OF' }, { heading: 'IT' }];
    process.stdout.write(
      effects.length === 0 ? '\nIts code only computes.\n' : `\n${table(columns, effects, width)}\n`,
    );
    const retriedBy = answer.texts('retriedBy');
    if (retriedBy.length > 0) process.stdout.write(`\nCalled again after a failure, by ${retriedBy.join(' and ')}.\n`);
  });
}

const examples = `
Examples:
  $ heddle effects charge                 what it does, and whether it is idempotent, read-only, retry-safe, deterministic,
                                          leaves the machine or handles personal data, through all that it calls
  $ heddle effects charge:live --json
  $ heddle deploy charge.ts --require idempotent,retry-safe

Nothing is run: the code is read. What cannot be told from it is unknown, never safe; heddle.effects.json says more.`;

/** `heddle effects` */
export function effectsCommand(): Command {
  return new Command('effects')
    .description('what a function does beside computing, and what follows from that')
    .argument('<function>', 'name of the function, or name:version or name:alias')
    .addHelpText('after', examples)
    .action(async (name: string, _options: unknown, command: Command) => await show(name, command));
}
