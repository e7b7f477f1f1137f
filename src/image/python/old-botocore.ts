import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { endpointRules, serviceNameInside } from '../../model/runtimes/endpoint-rules.ts';

/** Rules for what code in a container reaches of this service. */
const rules = ['lambda/2015-03-31', 'sqs/2012-11-05'];
/** The first version that reads `AWS_ENDPOINT_URL_LAMBDA`. */
const knowingMinor = 31;

/**
 * botocore before 1.31 (Debian 12 has 1.29) asks no variable where AWS Lambda or SQS is, but its own rules: in a guest, those lead to the service, as the
 * variable does with the later ones. Nothing happens in a root without botocore.
 */
export async function leadOldBotocore(root: string): Promise<void> {
  const folder = join(root, 'usr/lib/python3/dist-packages/botocore');
  const text = await readFile(join(folder, '__init__.py'), 'utf8').catch(() => '');
  const [, major, minor] = /^__version__ = ['"](\d+)\.(\d+)/m.exec(text) ?? [];
  if (major !== '1' || Number(minor) >= knowingMinor) return;
  for (const service of rules) {
    const path = join(folder, 'data', service, 'endpoint-rule-set-1.json');
    await rm(path);
    await writeFile(path, JSON.stringify(endpointRules(`http://${serviceNameInside}`)));
  }
}
