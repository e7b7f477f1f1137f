import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * AWS CLI before 2.13 (Debian 12 has 2.9) and botocore before 1.31 do not know `AWS_ENDPOINT_URL_LAMBDA`, but read the
 * rules by which they find a service's address from folders in `AWS_DATA_PATH`: these say "always at `url`". Gives the
 * folder, below `home`. Source: botocore's `loaders.py`; endpoint rule sets as in the Smithy specification.
 */
export function writeAwsModel(home: string, url: string): string {
  const folder = join(home, 'aws-data');
  const target = join(folder, 'lambda', '2015-03-31');
  mkdirSync(target, { recursive: true, mode: 0o700 });
  const parameter = (builtIn: string, type: string): object => ({ builtIn, required: false, documentation: '', type });
  const rules = {
    version: '1.0',
    parameters: {
      Region: parameter('AWS::Region', 'String'),
      UseDualStack: { ...parameter('AWS::UseDualStack', 'Boolean'), required: true, default: false },
      UseFIPS: { ...parameter('AWS::UseFIPS', 'Boolean'), required: true, default: false },
      Endpoint: parameter('SDK::Endpoint', 'String'),
    },
    rules: [
      {
        conditions: [{ fn: 'isSet', argv: [{ ref: 'Endpoint' }] }],
        endpoint: { url: { ref: 'Endpoint' }, properties: {}, headers: {} },
        type: 'endpoint',
      },
      { conditions: [], endpoint: { url: url, properties: {}, headers: {} }, type: 'endpoint' },
    ],
  };
  writeFileSync(join(target, 'endpoint-rule-set-1.json'), JSON.stringify(rules));
  return folder;
}
