import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endpointRules } from '../model/runtimes/endpoint-rules.ts';

/** What this service answers of AWS, by the versions that botocore knows them under. */
const models = [
  ['lambda', '2015-03-31'],
  ['logs', '2014-03-28'],
  ['sqs', '2012-11-05'],
  ['sts', '2011-06-15'],
] as const;

/**
 * Before what Live Tail is asked by, AWS's clients put `stream-` or `streaming-`: of `http://127.0.0.1:4333` that makes a name that is none. Merged into
 * botocore's own model, this says that nothing is put there.
 */
const logsExtras = { version: 1, merge: { operations: { StartLiveTail: { endpoint: null } } } };

/**
 * AWS CLI before 2.13 (Debian 12 has 2.9) and botocore before 1.31 do not know `AWS_ENDPOINT_URL_LAMBDA`, but read the
 * rules by which they find a service's address from folders in `AWS_DATA_PATH`: these say "always at `url`". Gives the
 * folder, below `home`. Source: botocore's `loaders.py`.
 */
export function writeAwsModel(home: string, url: string): string {
  const folder = join(home, 'aws-data');
  for (const [service, version] of models) {
    const target = join(folder, service, version);
    mkdirSync(target, { recursive: true, mode: 0o700 });
    writeFileSync(join(target, 'endpoint-rule-set-1.json'), JSON.stringify(endpointRules(url)));
  }
  const [, [logs, version]] = models;
  writeFileSync(join(folder, logs, version, 'service-2.sdk-extras.json'), JSON.stringify(logsExtras));
  return folder;
}
