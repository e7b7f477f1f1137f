import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './tidy/source.ts';

// Writes src/effects/operations/tables/aws-tokens.ts: which member of which operation is a token for idempotency, by the trait in the schemas that AWS's
// clients carry. The argument is a folder of node_modules with clients in it, such as that of the runtimes' SDK in the cache.
const folder = join(process.argv[2] ?? join(root, 'node_modules'), '@aws-sdk');

/** Bits of traits where they are a number (`@smithy/core`, schema/translateTraits). */
const tokenBit = 4;

type Schema = readonly unknown[];
const isSchema = (value: unknown): value is Schema => Array.isArray(value);
const structure = 3;
const operation = 9;

function isToken(member: unknown): boolean {
  if (!isSchema(member)) return false;
  const traits = member[1];
  if (typeof traits === 'number') return (traits & tokenBit) !== 0;
  return typeof traits === 'object' && traits !== null && 'idempotencyToken' in traits;
}

function tokenOf(input: unknown): string | undefined {
  const schema: unknown = typeof input === 'function' ? input() : input;
  if (!isSchema(schema) || schema[0] !== structure) return undefined;
  const [names, members] = [schema[4], schema[5]];
  if (!isSchema(names) || !isSchema(members)) return undefined;
  const index = members.findIndex(isToken);
  return index < 0 ? undefined : String(names[index]);
}

const lines: string[] = [];
for (const client of readdirSync(folder).filter((name) => name.startsWith('client-'))) {
  const entry = ['dist-cjs/index.js', 'dist-es/index.js']
    .map((path) => join(folder, client, path))
    .find((path) => existsSync(path));
  if (entry === undefined) continue;
  const schemas: object = await import(pathToFileURL(entry).href);
  const tokens = Object.values(schemas)
    .filter((each): each is Schema => isSchema(each) && each[0] === operation)
    .flatMap((schema) => {
      const token = tokenOf(schema[4]);
      return token === undefined ? [] : [`${String(schema[2])}:${token}`];
    });
  const service = client.slice('client-'.length);
  if (tokens.length > 0) lines.push(`  '${service}': '${[...new Set(tokens)].sort().join(' ')}',`);
}
writeFileSync(
  join(root, 'src/effects/operations/tables/aws-tokens.ts'),
  `/** \`OPERATION:MEMBER\`, where that member is a token for idempotency by AWS's model. Made by tools/aws-tokens.ts. */\nexport const awsTokens: Readonly<Record<string, string>> = {\n${lines.join('\n')}\n};\n`,
);
