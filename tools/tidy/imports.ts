import { importExceptions, layerOf } from './layers.ts';
import { type Finding, importsOf, isCode, isTest, type Source } from './source.ts';

function isException(from: string, to: string): boolean {
  return importExceptions.some((exception) => exception.from === from && exception.to === to);
}

function checkImport(from: string, to: string, line: number): Finding | undefined {
  const layer = layerOf(from);
  const target = layerOf(to);
  if (layer === undefined || isException(from, to)) return undefined;
  if (target === undefined)
    return { path: from, line, message: `imports ${to}, which is no part of src/ (see tools/tidy/layers.ts)` };
  if (layer.name === target.name || layer.mayImport.includes(target.name)) return undefined;
  const allowed = layer.mayImport.join(', ') || 'nothing';
  return { path: from, line, message: `${layer.name} may import ${allowed}, and not ${target.name} (${to})` };
}

/** Imports point one way. Tests may import what they need to have real parts. */
export function findWrongImports(sources: readonly Source[]): readonly Finding[] {
  return sources
    .filter((source) => isCode(source.path) && source.path.startsWith('src/') && !isTest(source.path))
    .flatMap((source) =>
      importsOf(source).flatMap(({ to, line }) => {
        const finding = checkImport(source.path, to, line);
        return finding === undefined ? [] : [finding];
      }),
    );
}

/**
 * No file imports itself by way of others when the program runs: depth-first, each circle once, at its last import. Types
 * of one folder may name each other.
 */
export function findCycles(sources: readonly Source[]): readonly Finding[] {
  const graph = new Map(sources.map((source) => [source.path, importsOf(source).filter((each) => !each.typeOnly)]));
  const state = new Map<string, 'open' | 'done'>();
  const findings: Finding[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    state.set(path, 'open');
    for (const { to, line } of graph.get(path) ?? []) {
      if (state.get(to) === 'open') {
        const circle = [...trail.slice(trail.indexOf(to)), to];
        findings.push({ path, line, message: `imports in a circle: ${circle.join(' → ')}` });
      } else if (!state.has(to) && graph.has(to)) visit(to, [...trail, to]);
    }
    state.set(path, 'done');
  };
  for (const path of graph.keys()) if (!state.has(path)) visit(path, [path]);
  return findings;
}
