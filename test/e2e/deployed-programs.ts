import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Packages that people deploy, and what is special about each. Nothing of theirs is compiled here. */
export const packages: Readonly<Record<string, string>> = {
  '@codegenie/serverless-express': '4.17.1',
  '@nestjs/common': '11.2.10',
  '@nestjs/core': '11.2.10',
  '@nestjs/platform-express': '11.2.10',
  'better-sqlite3': '13.2.0',
  esbuild: '0.28.2',
  express: '5.3.0',
  pnpm: '10.34.9',
  'reflect-metadata': '0.2.2',
  rxjs: '7.8.2',
  sharp: '0.35.5',
  typescript: '5.9.3',
  zod: '4.6.7',
};

/** A browser; three quarters of all that is downloaded. */
export const browserPackages: Readonly<Record<string, string>> = {
  '@sparticuz/chromium': '153.0.0',
  'puppeteer-core': '24.43.1',
};

const http = {
  version: '2.0',
  rawPath: '/',
  rawQueryString: 'name=Ada',
  requestContext: { http: { method: 'GET', path: '/' } },
  headers: {},
};

/** A program as somebody wrote it, and what is to come of it. */
export interface Program {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** What is done in its folder before it is deployed. */
  readonly prepare?: (folder: string) => void;
  /** What of its folder is deployed, where it is not all. */
  readonly path?: string;
  readonly event: unknown;
  readonly gives: (payload: unknown) => void;
  /** What `heddle deploy` says of the way. */
  readonly way: RegExp;
  readonly memory?: number;
}

/** Each is called like its function. */
export const programs: readonly Program[] = [
  {
    name: 'zod',
    files: {
      'index.ts': `import { z } from 'zod';
        export const handler = async (event: unknown): Promise<unknown> => z.object({ n: z.number() }).parse(event);`,
    },
    event: { n: 1 },
    gives: (payload) => assert.deepEqual(payload, { n: 1 }),
    way: /As one bundle of/,
  },
  {
    name: 'express',
    files: {
      'index.ts': `import serverlessExpress from '@codegenie/serverless-express';
        import express from 'express';
        const app = express();
        app.get('/', (request, response) => { response.json({ hello: request.query['name'] }); });
        const serve = serverlessExpress({ app });
        // Not as it is: it declares a callback, which Node 24's runtime refuses.
        export const handler = (event: unknown, context: unknown): unknown => serve(event, context);`,
    },
    event: http,
    gives: (payload) => assert.equal(Object(payload).body, '{"hello":"Ada"}'),
    way: /not as one bundle/,
  },
  {
    name: 'nest',
    files: {
      'tsconfig.json':
        '{"compilerOptions":{"experimentalDecorators":true,"emitDecoratorMetadata":true,"module":"commonjs"}}',
      'greeter.ts': `import { Injectable } from '@nestjs/common';
        @Injectable()
        export class Greeter { greet(name: string): string { return 'hello ' + name; } }`,
      'index.ts': `import 'reflect-metadata';
        import { Controller, Get, Module, Query } from '@nestjs/common';
        import { NestFactory } from '@nestjs/core';
        import serverlessExpress from '@codegenie/serverless-express';
        import { Greeter } from './greeter';
        @Controller()
        class Site {
          constructor(private readonly greeter: Greeter) {}
          @Get('/') hi(@Query('name') name: string): string { return this.greeter.greet(name); }
        }
        @Module({ controllers: [Site], providers: [Greeter] })
        class App {}
        let server: ((event: unknown, context: unknown) => Promise<unknown>) | undefined;
        export const handler = async (event: unknown, context: unknown): Promise<unknown> => {
          if (server === undefined) {
            const app = await NestFactory.create(App, { logger: false });
            await app.init();
            server = serverlessExpress({ app: app.getHttpAdapter().getInstance() });
          }
          return await server!(event, context);
        };`,
    },
    event: http,
    gives: (payload) => assert.equal(Object(payload).body, 'hello Ada'),
    way: /not as one bundle: tsconfig\.json wants emitDecoratorMetadata/,
  },
  {
    name: 'sharp',
    files: {
      'index.mjs': `import sharp from 'sharp';
        export const handler = async () => {
          const image = { create: { width: 8, height: 4, channels: 3, background: 'red' } };
          const { width, format } = await sharp(await sharp(image).png().toBuffer()).metadata();
          return { width, format };
        };`,
    },
    event: {},
    gives: (payload) => assert.deepEqual(payload, { width: 8, format: 'png' }),
    way: /not as one bundle/,
  },
  {
    name: 'esbuild',
    files: {
      'index.mjs': `import { transform } from 'esbuild';
        export const handler = async () => (await transform('let x: number = 1', { loader: 'ts' })).code;`,
    },
    event: {},
    gives: (payload) => assert.equal(payload, 'let x = 1;\n'),
    way: /not as one bundle: index\.mjs needs esbuild as it is/,
  },
  {
    name: 'better-sqlite3',
    files: {
      'index.mjs': `import Database from 'better-sqlite3';
        export const handler = async () => {
          const database = new Database('/tmp/x.db');
          database.exec('create table t (a); insert into t values (42)');
          return database.prepare('select a from t').get();
        };`,
    },
    event: {},
    gives: (payload) => assert.deepEqual(payload, { a: 42 }),
    way: /not as one bundle/,
  },
  {
    name: 'aws-sdk',
    files: {
      'index.mjs': `import { S3Client } from '@aws-sdk/client-s3';
        import { createRequire } from 'node:module';
        const { DynamoDBDocumentClient } = createRequire(import.meta.url)('@aws-sdk/lib-dynamodb');
        export const handler = async () => [
          typeof S3Client, typeof DynamoDBDocumentClient, import.meta.resolve('@aws-sdk/client-sqs').includes('/var/runtime/node_modules/'),
        ];`,
    },
    event: {},
    gives: (payload) => assert.deepEqual(payload, ['function', 'function', true]),
    way: /Deployed aws-sdk/,
  },
  {
    name: 'own-sdk',
    files: {
      'index.mjs': `import { mine } from '@aws-sdk/client-s3'; import { readFileSync } from 'node:fs';
        export const handler = async () => [mine, typeof readFileSync];`,
      'node_modules/@aws-sdk/client-s3/package.json': '{"name":"@aws-sdk/client-s3","main":"x.js"}',
      'node_modules/@aws-sdk/client-s3/x.js': "exports.mine = 'own';",
    },
    event: {},
    gives: (payload) => assert.deepEqual(payload, ['own', 'function']),
    way: /not as one bundle/,
  },
  {
    name: 'templates',
    files: {
      'src/index.ts': `import { readdirSync, readFileSync } from 'node:fs';
        import { join } from 'node:path';
        const views = join(__dirname, 'views');
        export const handler = async ({ name }: { name: string }): Promise<unknown> =>
          readdirSync(views).map((view) => readFileSync(join(views, view), 'utf8').replace('{{name}}', name));`,
      'src/views/a.html': '<p>{{name}}</p>',
      'src/views/b.html': '<b>{{name}}</b>',
      'src/other/c.html': '',
    },
    event: { name: 'Ada' },
    gives: (payload) => assert.deepEqual(payload, ['<p>Ada</p>', '<b>Ada</b>']),
    way: /not as one bundle: src\/index\.ts uses `__dirname`/,
  },
  {
    name: 'workspace',
    files: {
      'package.json': '{"private":true}',
      'pnpm-workspace.yaml': 'packages: [packages/*]',
      'packages/api/package.json':
        '{"name":"api","type":"module","dependencies":{"@acme/shared":"workspace:*","dep":"file:../../vendor/dep"}}',
      'packages/api/src/index.ts': `import { shared } from '@acme/shared';
        import dep from 'dep';
        export const handler = async (): Promise<unknown> => [shared(), dep];`,
      'packages/shared/package.json': '{"name":"@acme/shared","type":"module","main":"src/index.ts"}',
      'packages/shared/src/index.ts': "export { shared } from './part.js';",
      'packages/shared/src/part.ts': "export const shared = (): string => 'shared';",
      'vendor/dep/package.json':
        '{"name":"dep","version":"1.0.0","main":"i.js","dependencies":{"deeper":"file:../deeper"}}',
      'vendor/dep/i.js': "module.exports = require('deeper');",
      'vendor/deeper/package.json': '{"name":"deeper","version":"1.0.0","main":"i.js"}',
      'vendor/deeper/i.js': "module.exports = `deep ${require('fs').existsSync(__filename)}`;",
    },
    prepare: (folder) => {
      const pnpm = join(folder, '../node_modules/pnpm/bin/pnpm.cjs');
      const env = { ...process.env, HOME: folder, XDG_DATA_HOME: join(folder, '.pnpm'), CI: 'true' };
      execFileSync(process.execPath, [pnpm, 'install', '--offline', '--silent'], { cwd: folder, env, stdio: 'pipe' });
    },
    path: 'packages/api',
    event: {},
    gives: (payload) => assert.deepEqual(payload, ['shared', 'deep true']),
    way: /not as one bundle/,
  },
];

/** Only isolation is tested by it, and it takes as long as all others. */
export const browser: Program = {
  name: 'chromium',
  files: {
    'index.mjs': `import chromium from '@sparticuz/chromium';
        import puppeteer from 'puppeteer-core';
        export const handler = async () => {
          const args = puppeteer.defaultArgs({ args: chromium.args, headless: 'shell' });
          const executablePath = await chromium.executablePath();
          const browser = await puppeteer.launch({ args, executablePath, headless: 'shell' });
          const page = await browser.newPage();
          await page.setContent('<h1>Hello</h1>');
          const png = Buffer.from(await page.screenshot({ type: 'png' }));
          await browser.close();
          return png.toString('latin1', 1, 4);
        };`,
  },
  event: {},
  gives: (payload) => assert.equal(payload, 'PNG'),
  way: /not as one bundle/,
  memory: 2_048,
};
