import assert from 'node:assert/strict';
import { test } from 'node:test';
import { characteristics } from '../../src/effects/characteristics/characteristics.ts';
import { judged, readPrograms, shapes } from './programs.ts';

const parts = {
  'tuned on': ['services.md', 'hosts.md', 'databases.md', 'functions.md', 'language.md'],
  'held out': ['held-out.md'],
  adversarial: ['adversarial.md'],
};

/** How well what was found is what is right. */
class Score {
  right = 0;
  found = 0;
  expected = 0;
  readonly wrong: string[] = [];
  /** Said to be as one would like it, and is not. */
  readonly unsafe: string[] = [];

  add(program: string, found: readonly string[], expected: readonly string[]): void {
    const [one, other] = [new Set(found), new Set(expected)];
    this.right += [...one].filter((each) => other.has(each)).length;
    this.found += one.size;
    this.expected += other.size;
    const [extra, missing] = [[...one.difference(other)], [...other.difference(one)]];
    if (extra.length + missing.length > 0)
      this.wrong.push(
        `${program}: found ${extra.join(', ') || 'nothing'} instead of ${missing.join(', ') || 'nothing'}`,
      );
  }

  get precision(): number {
    return this.right / this.found;
  }

  get recall(): number {
    return this.right / this.expected;
  }
}

function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(1)} %`;
}

for (const [shapeName, shape] of Object.entries(shapes))
  for (const [part, files] of Object.entries(parts))
    test(`effects of programs ${shapeName}, ${part}`, async (t) => {
      const effects = new Score();
      const answers = new Score();
      for (const program of files.flatMap(readPrograms)) {
        const { report, verdicts } = await judged(program, shape);
        effects.add(
          program.name,
          report.effects.map(({ what }) => what),
          program.effects,
        );
        const said = characteristics.map((each) => `${each} ${verdicts[each].answer}`);
        answers.add(
          program.name,
          said,
          characteristics.map((each) => `${each} ${program.answers[each]}`),
        );
        for (const each of characteristics) {
          const wanted = each === 'leaves-machine' || each === 'personal-data' ? 'no' : 'yes';
          if (verdicts[each].answer === wanted && program.answers[each] !== wanted)
            answers.unsafe.push(`${program.name} ${each}`);
        }
      }
      t.diagnostic(
        `effects: precision ${percent(effects.precision)}, recall ${percent(effects.recall)} of ${effects.expected}`,
      );
      t.diagnostic(
        `characteristics: ${percent(answers.precision)} right of ${answers.expected}; wrongly said to be safe: ${answers.unsafe.length}`,
      );
      for (const line of [...effects.wrong, ...answers.wrong, ...answers.unsafe.map((each) => `unsafe: ${each}`)])
        t.diagnostic(line);
      assert.deepEqual(answers.unsafe, [], 'What is not known to be safe is never said to be.');
      assert.ok(effects.precision >= 0.95 && effects.recall >= 0.95, effects.wrong.join('\n'));
      assert.ok(answers.precision >= 0.95, answers.wrong.join('\n'));
    });
