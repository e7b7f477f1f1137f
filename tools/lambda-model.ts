import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readModel } from './lambda-model/read.ts';
import { tableOf } from './lambda-model/table.ts';
import { root } from './tidy/source.ts';

// Writes src/api/model/{operations,shapes,error-members}.ts from AWS's model of the Lambda API, as botocore carries it:
// `pip download botocore --no-deps`, unpack, and give the path of botocore/data/lambda/2015-03-31/service-2.json[.gz].
// With `scheduler` after it, and EventBridge Scheduler's model, those of src/api/model/scheduler.
// Then `npx oxfmt src/api/model`. src/api/model/model.test.ts says when the SDK that is installed knows more.

const [path, of = ''] = process.argv.slice(2);
if (path === undefined) throw new Error('Give the path of service-2.json or service-2.json.gz.');
const folder = join(root, 'src/api/model', of);
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(tableOf(readModel(path), of === '' ? './' : '../')))
  if (of === '' || name !== 'error-members') writeFileSync(join(folder, `${name}.ts`), text);
