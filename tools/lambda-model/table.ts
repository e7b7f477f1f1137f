import type { Member, ModelOperation, Shape } from '../../src/api/model/shape.ts';
import type { SourceMember, SourceModel, SourceShape } from './read.ts';

/** The texts of the files that say what requests are checked by, by their names. `up`: where `shape.ts` is, seen from them. */
export function tableOf(
  model: SourceModel,
  up: string,
): Readonly<Record<'operations' | 'shapes' | 'error-members', string>> {
  const operations = Object.fromEntries(
    [...model.operations].map(([name, { method, uri, input }]): [string, ModelOperation] => [
      name,
      { method, uri, ...(input !== undefined && { input }) },
    ]),
  );
  const inputs = [...model.operations.values()].flatMap(({ input }) => (input === undefined ? [] : [input]));
  const reached = [...reachable(model, inputs)].toSorted();
  const shapes = Object.fromEntries(reached.map((name) => [name, shape(shapeNamed(model, name))]));
  const errors = [...model.shapes].flatMap(([name, { exception, members }]) =>
    exception ? [[name, members.has('Message') ? 'Message' : 'message'] as const] : [],
  );
  return {
    operations: fileOf('Every operation of the model.', 'ModelOperation', 'modelOperations', operations, up),
    shapes: fileOf('Everything that requests are made of.', 'Shape', 'modelShapes', shapes, up),
    'error-members': [
      note,
      '/** The errors of the model, and under which name each has its text. */',
      `export const messageMembers: Readonly<Record<string, 'Message' | 'message'>> = ${JSON.stringify(Object.fromEntries(errors))};`,
      '',
    ].join('\n'),
  };
}

const note = '// Made by tools/lambda-model.ts from the model that AWS publishes with botocore.';

function fileOf(doc: string, type: string, name: string, value: object, up: string): string {
  return [
    `import type { ${type} } from '${up}shape.ts';`,
    '',
    note,
    '',
    `/** ${doc} */`,
    `export const ${name}: Readonly<Record<string, ${type}>> = ${JSON.stringify(value)};`,
    '',
  ].join('\n');
}

function shapeNamed(model: SourceModel, name: string): SourceShape {
  const found = model.shapes.get(name);
  if (found === undefined) throw new Error(`The model names the shape ${name}, which it does not have.`);
  return found;
}

function reachable(model: SourceModel, names: readonly string[], seen: Set<string> = new Set()): Set<string> {
  for (const name of names) {
    if (seen.has(name)) continue;
    seen.add(name);
    const { members, member, key, value } = shapeNamed(model, name);
    const next = [...[...members.values()].map((each) => each.shape), member, key, value];
    reachable(
      model,
      next.filter((each) => each !== undefined),
      seen,
    );
  }
  return seen;
}

function shape(source: SourceShape): Shape {
  const { type, min, max, pattern, sensitive, required, payload } = source;
  const bounds = { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
  if (type === 'structure') {
    const members = [...source.members].map(([name, each]) => [name, memberOf(each, name, name === payload)] as const);
    return { type, members: Object.fromEntries(members), required };
  }
  if (type === 'list') return { type, of: source.member ?? '', ...bounds };
  if (type === 'map') return { type, key: source.key ?? '', value: source.value ?? '' };
  if (type === 'integer' || type === 'long') return { type: 'integer', ...bounds };
  if (type === 'double' || type === 'float') return { type: 'double', ...bounds };
  if (type === 'blob' || type === 'boolean' || type === 'timestamp') return { type };
  if (type !== 'string') throw new Error(`The model has a shape of type ${type}, which is not known here.`);
  return {
    type,
    ...bounds,
    ...(pattern !== undefined && { pattern }),
    ...(source.enum !== undefined && { enum: source.enum }),
    ...(sensitive && { sensitive: true }),
  };
}

function memberOf({ shape: of, location, locationName }: SourceMember, name: string, payload: boolean): Member {
  const where = payload ? 'payload' : location;
  if (where !== undefined && where !== 'uri' && where !== 'querystring' && where !== 'header' && where !== 'payload')
    throw new Error(`The model has a member in ${where}, which is not known here.`);
  return {
    shape: of,
    ...(where !== undefined && { in: where }),
    ...(locationName !== undefined && locationName !== name && { name: locationName }),
  };
}
