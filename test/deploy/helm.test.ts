import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { StatefulSet } from 'kubernetes-models/apps/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { Service } from 'kubernetes-models/v1';
import { parse, parseAllDocuments } from 'yaml';
import { root } from '../../tools/tidy/source.ts';
import { helmProgram } from './helm-program.ts';

// Where Helm is on this machine, or was brought here (`helm-program.ts`), it lints and renders the chart. Everywhere the templates are filled in as it would, which they are
// plain enough for, and what comes out is held against the API's own schema of each kind.

const chart = join(root, 'deploy/helm/heddle');
const program = await helmProgram();
const kinds = { Service, StatefulSet, PodDisruptionBudget, NetworkPolicy };

interface Manifest {
  readonly apiVersion: string;
  readonly kind: keyof typeof kinds;
  readonly metadata: { readonly name: string };
}

/** Fills in values; throws where a template uses anything else of Helm's language. */
function render(template: string, values: Record<string, unknown>): string {
  const filled = template.replaceAll(/\{\{ \.Values\.(\w+) \}\}/g, (_, name: string) => {
    assert.ok(name in values, `values.yaml has no ${name}`);
    return JSON.stringify(values[name]).replaceAll(/^"|"$/g, '');
  });
  assert.doesNotMatch(filled, /\{\{/);
  return filled;
}

async function manifests(): Promise<Manifest[]> {
  const values: Record<string, unknown> = parse(await readFile(join(chart, 'values.yaml'), 'utf8'));
  const all: Manifest[] = [];
  for (const file of globSync(join(chart, 'templates/*.yaml')))
    for (const document of parseAllDocuments(render(await readFile(file, 'utf8'), values))) {
      assert.deepEqual(document.errors, [], file);
      all.push(document.toJS());
    }
  return all;
}

describe('the Helm chart', () => {
  test('makes manifests that the API has a schema for, and that fit it', async () => {
    const all = await manifests();
    assert.equal(all.length, 9);
    for (const { kind, apiVersion, ...manifest } of all) {
      const Kind = kinds[kind];
      assert.ok(Kind !== undefined, kind);
      const made = new Kind(manifest);
      made.validate();
      assert.deepEqual([made.kind, made.apiVersion], [kind, apiVersion]);
    }
  });

  test('what is not fitting is found', () => {
    const wrong = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x' }, spec: { ports: [{ port: 'http' }] } };
    assert.throws(() => new Service(JSON.parse(JSON.stringify(wrong))).validate());
  });

  test('every pod is an ordinary user without capabilities, and without a key of the API', async () => {
    const sets = (await manifests()).filter(({ kind }) => kind === 'StatefulSet');
    assert.equal(sets.length, 2);
    for (const set of sets) {
      const text = JSON.stringify(set);
      const { spec }: { spec: { template: { spec: Record<string, unknown[]> } } } = JSON.parse(text);
      const pod = spec.template.spec;
      assert.match(text, /"runAsNonRoot":true/);
      assert.equal(pod['automountServiceAccountToken'], false);
      for (const container of [...(pod['initContainers'] ?? []), ...(pod['containers'] ?? [])])
        assert.match(JSON.stringify(container), /"allowPrivilegeEscalation":false.*"drop":\["ALL"\]/);
    }
  });

  test('the chart says what it is', async () => {
    const about: Record<string, unknown> = parse(await readFile(join(chart, 'Chart.yaml'), 'utf8'));
    const { version }: { version: string } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    assert.deepEqual([about['apiVersion'], about['name'], about['appVersion']], ['v2', 'heddle', version]);
  });

  test('helm lints it, and renders the same', { skip: 'skip' in program && program.skip }, async () => {
    assert.ok('helm' in program);
    assert.equal(spawnSync(program.helm, ['lint', '--strict', chart]).status, 0);
    const { stdout } = spawnSync(program.helm, ['template', 'try', chart], { encoding: 'utf8' });
    const name = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.name}`;
    const rendered: Manifest[] = parseAllDocuments(stdout).map((document) => document.toJS());
    const byName = (some: Manifest[]): Manifest[] => some.toSorted((a, b) => name(a).localeCompare(name(b)));
    assert.deepEqual(byName(rendered), byName(await manifests()));
  });
});
