import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zipOf } from '../../src/frontend/testing/zip-of.ts';
import { programsOf, type ToolsService } from './programs.ts';
import type { StockTools } from './stock-tools.ts';

const program = readFileSync(join(import.meta.dirname, 'boto3-kinds.py'), 'utf8');

/** Has boto3 call one operation of each kind at a service that has no functions, and holds what it makes of the answers to what AWS's would be. */
export async function callBoto3Kinds(tools: StockTools, service: ToolsService): Promise<void> {
  const zip = join(service.home, 'boto3-kinds.zip');
  await writeFile(zip, await zipOf({ 'index.mjs': 'export const handler = async (event) => event;' }));
  const answered = await programsOf(tools, service).python(program, zip);
  const { modified, missing, twice, stale, wrong, refused, ...answers } = Object(JSON.parse(answered));
  assert.deepEqual(answers, {
    state: 'Pending',
    names: [
      ['kinds', 'more-0'],
      ['more-1', 'more-2'],
    ],
    payload: { n: 1 },
    status: 200,
    retries: 1,
    tags: { one: '1', two: '2' },
    updating: 'InProgress',
    deleted: 204,
  });
  assert.match(String(modified), /^20\d\d-\d\d-\d\dT/);
  ofClass(missing, 'ResourceNotFoundException', /^Function not found: arn:/);
  ofClass(twice, 'ResourceConflictException', /kinds/);
  ofClass(stale, 'PreconditionFailedException', /Revision Id/);
  // Classes of their own have only errors of the model.
  assert.deepEqual(wrong.slice(0, 2), ['ClientError', 'ValidationException']);
  assert.match(wrong[2], /Value '200000' at 'memorySize' .* less than or equal to 10240$/);
  assert.deepEqual(refused.slice(0, 2), ['ClientError', 'NotImplementedException']);
}

/** A refusal that came out as an exception of its own class. */
function ofClass(refusal: readonly string[], name: string, words: RegExp): void {
  assert.deepEqual(refusal.slice(0, 2), [name, name]);
  assert.match(refusal[2] ?? '', words);
}
