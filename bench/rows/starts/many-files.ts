import type { Row } from '../../row.ts';
import { deployFiles } from '../../service/functions.ts';
import { invoke } from '../../service/invoke.ts';
import { type BenchService, startService } from '../../service/service.ts';
import { retire } from '../../service/settle.ts';
import { summarise } from '../../statistics.ts';

const count = 3_000;
const handler = 'exports.handler = async (event) => event;\n';
const module = `exports.text = ${JSON.stringify('x'.repeat(2_000))};\n`;

/** As many as an ordinary `node_modules` has, of which the first call loads none. */
const codes = {
  'a bundle': { 'index.js': handler },
  [`${count} files`]: Object.fromEntries([
    ['index.js', handler],
    ...Array.from({ length: count - 1 }, (_, n) => [`node_modules/p${n % 100}/${n}.js`, module]),
  ]),
};
const what = Object.keys(codes);
const places = ['an instance that has it not', 'one that has it'] as const;

/** Two functions of the same code: the first brings it to an instance, the second finds it there. */
const names = (code: number): readonly [string, string] => [`code-${code}`, `code-${code}-again`];

async function round(service: BenchService, code: number, into: Map<string, number[]>): Promise<void> {
  await retire(service, [0, 1].flatMap(names), 1);
  for (const [index, name] of names(code).entries()) {
    const { startPath, startMs } = await invoke(service, name);
    const wanted = index === 0 ? 'warm-instance' : 'new-container';
    if (startPath !== wanted) continue;
    const line = `${what[code]} in ${places[index]}`;
    into.set(line, [...(into.get(line) ?? []), startMs]);
  }
}

/** Request to user code of a function of very many files beside one of a single file, in instances that have its code and that have not. */
export const manyFilesRow: Row = {
  name: 'many-files',
  about: `request to user code of ${count} files, beside a bundle`,
  run: async function* ({ builds, driver, full, note }) {
    const wanted = full ? 50 : 7;
    await using stack = new AsyncDisposableStack();
    const config = { warm: ['nodejs24.x-256=2'], instanceIdle: '20ms', containerIdle: '1h' };
    const subjects: { readonly service: BenchService; readonly samples: Map<string, number[]> }[] = [];
    for (const build of builds) {
      const service = stack.use(await startService({ build, driver, config }));
      for (const [code, files] of Object.values(codes).entries())
        for (const name of names(code)) await deployFiles(service, name, files);
      subjects.push({ service, samples: new Map() });
    }
    for (let n = 0; n < wanted; n += 1)
      for (const { service, samples } of subjects) for (const code of [0, 1]) await round(service, code, samples);
    for (const place of places)
      for (const code of what) {
        const line = `${code} in ${place}`;
        const values = subjects.map(({ service, samples }): [string, number] => {
          const sample = samples.get(line) ?? [];
          if (sample.length < wanted)
            note(`${service.build.name}, ${line}: ${sample.length} of ${wanted} took that path.`);
          return [service.build.name, summarise(sample).p50];
        });
        yield { what: `${line}: p50`, unit: 'ms', values: Object.fromEntries(values) };
      }
  },
};
