/** Packages that only compute: whatever is called of them, and whatever functions they are given, they call. */
export const purePackages: readonly string[] = [
  'lodash', 'lodash-es', 'ramda', 'zod', 'joi', 'yup', 'ajv', 'ajv-formats', 'valibot', 'superstruct', 'class-validator', 'class-transformer', 'reflect-metadata', 'tslib', 'immer', 'immutable',
  'semver', 'qs', 'query-string', 'uri-js', 'url-join', 'mime', 'mime-types', 'ms', 'bytes', 'camelcase', 'slugify', 'escape-html', 'he', 'marked', 'markdown-it', 'handlebars', 'mustache', 'ejs',
  'csv-parse', 'csv-stringify', 'papaparse', 'fast-xml-parser', 'xml2js', 'yaml', 'js-yaml', 'jsonpath', 'jmespath', 'bignumber.js', 'big.js', 'decimal.js', 'date-fns', 'p-limit', 'p-map',
  'p-queue', 'deepmerge', 'fast-deep-equal', 'dequal', 'object-hash', 'base64-js', 'ieee754', 'buffer', 'inherits', 'ts-pattern', 'neverthrow', 'fp-ts', 'rxjs', 'iconv-lite', 'msgpackr', 'fflate',
  '@middy/core', '@middy/util', '@middy/http-json-body-parser', '@middy/http-error-handler', '@middy/validator', '@middy/http-cors', '@middy/http-header-normalizer', '@middy/input-output-logger',
  '@middy/event-normalizer', '@middy/http-event-normalizer', '@middy/http-response-serializer', 'serverless-http', '@vendia/serverless-express', '@codegenie/serverless-express',
  'pino', 'winston', 'debug', 'chalk', 'loglevel', '@aws-lambda-powertools/logger', '@aws-lambda-powertools/commons', '@aws-lambda-powertools/tracer', '@types/aws-lambda', 'aws-lambda', 'aws-xray-sdk-core',
  'source-map-support', 'express', 'hono', 'fastify', '@fastify/aws-lambda', 'koa', 'itty-router', 'path-to-regexp', '@aws-sdk/util-dynamodb', '@aws-sdk/types', '@smithy/types', 'dotenv',
  'jsonwebtoken-decode', 'jwt-decode', 'cookie', 'http-errors', 'http-status-codes', 'statuses', 'change-case', 'pluralize', 'validator', 'sqlstring', 'sql-template-strings', 'sql-template-tag',
]; // prettier-ignore

/** Of a package, what else than its last name may be called so: `now` of dayjs. */
export interface Source {
  /** Names of calls, `()` for the package itself; empty: all of them. */
  readonly calls: readonly string[];
  readonly what: 'clock' | 'random';
}

/** Packages that give chance or time. */
export const sourcePackages: Readonly<Record<string, Source>> = {
  uuid: { calls: ['v1', 'v4', 'v6', 'v7', '()'], what: 'random' },
  nanoid: { calls: [], what: 'random' },
  ulid: { calls: [], what: 'random' },
  ulidx: { calls: [], what: 'random' },
  cuid: { calls: [], what: 'random' },
  '@paralleldrive/cuid2': { calls: [], what: 'random' },
  ksuid: { calls: [], what: 'random' },
  shortid: { calls: [], what: 'random' },
  'random-js': { calls: [], what: 'random' },
  '@faker-js/faker': { calls: [], what: 'random' },
  dayjs: { calls: ['()'], what: 'clock' },
  moment: { calls: ['()', 'utc'], what: 'clock' },
  luxon: { calls: ['now', 'local', 'utc'], what: 'clock' },
};

/** Packages that send HTTP requests, and how each is told where to and how (http-clients.ts). */
export const httpPackages: readonly string[] = [
  'axios',
  'got',
  'undici',
  'node-fetch',
  'cross-fetch',
  'ky',
  'superagent',
  'needle',
  'phin',
  'request',
  'request-promise',
];

/** Modules of Node's own that only compute. */
export const pureModules: readonly string[] = [
  'path', 'url', 'util', 'buffer', 'events', 'stream', 'string_decoder', 'querystring', 'assert', 'os', 'zlib', 'async_hooks', 'diagnostics_channel', 'punycode', 'constants', 'console', 'readline', 'v8', 'tty',
]; // prettier-ignore
