import type { nodes } from '../testing.ts';

/** A function, and what it gives. */
export interface HandlerCase {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  readonly handler?: string;
  readonly event?: unknown;
  readonly gives: unknown;
  readonly node?: keyof typeof nodes;
}

/** Where a handler may be. */
export const moduleCases: readonly HandlerCase[] = [
  {
    title: 'a CommonJS module in a .js file',
    files: { 'index.js': `exports.handler = async (event) => ({ got: event });` },
    event: { a: [1, 'ü'] },
    gives: { got: { a: [1, 'ü'] } },
  },
  {
    title: 'a CommonJS module in a .cjs file that requires another',
    files: { 'index.cjs': `exports.handler = async () => require('./part').x;`, 'part.js': `exports.x = 5;` },
    gives: 5,
  },
  {
    title: 'an ES module in an .mjs file with imports',
    files: {
      'index.mjs': `import { x } from './part.mjs'; export const handler = async () => x;`,
      'part.mjs': `export const x = 6;`,
    },
    gives: 6,
  },
  {
    title: 'an ES module in a .js file below a package.json of type module',
    files: {
      'package.json': `{"type":"module"}`,
      'index.js': `export const handler = async () => import.meta.filename.at(-1);`,
    },
    gives: 's',
  },
  {
    title: 'a CommonJS module below a package.json of type commonjs',
    files: { 'package.json': `{"type":"commonjs"}`, 'index.js': `exports.handler = async () => typeof module;` },
    gives: 'object',
  },
  {
    title: 'an ES module that only its syntax shows',
    files: { 'index.js': `import fs from 'node:fs'; const x = await 8; export const handler = async () => x;` },
    gives: 8,
  },
  {
    title: 'top-level await',
    files: {
      'index.mjs': `const x = await new Promise((r) => setTimeout(r, 5, 7)); export const handler = async () => x;`,
    },
    gives: 7,
  },
  {
    title: 'a module in a folder',
    files: { 'src/api/index.js': `exports.handler = async () => __dirname.endsWith('/src/api');` },
    handler: 'src/api/index.handler',
    gives: true,
  },
  {
    title: 'a handler deep in what is exported',
    files: { 'index.js': `exports.a = { b: { run: async () => 'deep' } };` },
    handler: 'index.a.b.run',
    gives: 'deep',
  },
  {
    title: 'a module in folders with dots',
    files: { 'a.b/c.d/run.js': `exports.handler = async () => __dirname.endsWith('/a.b/c.d');` },
    handler: 'a.b/c.d/run.handler',
    gives: true,
  },
  {
    title: 'a folder that is called as the handler in it',
    files: { 'run.handler/run.js': `exports.handler = async () => 'inside';` },
    handler: './run.handler/run.handler',
    gives: 'inside',
  },
  {
    title: 'a folder with an index file',
    files: { 'app/index.js': `exports.handler = async () => 'in a folder';` },
    handler: 'app.handler',
    gives: 'in a folder',
  },
  {
    title: 'a package in node_modules',
    files: {
      'node_modules/work/package.json': `{"main":"main.js"}`,
      'node_modules/work/main.js': `exports.handler = async () => 'package';`,
    },
    handler: 'work.handler',
    gives: 'package',
  },
  {
    title: 'a .js file before .mjs and .cjs',
    files: {
      'index.js': `exports.handler = async () => 'js';`,
      'index.mjs': `export const handler = async () => 'mjs';`,
      'index.cjs': `exports.handler = async () => 'cjs';`,
    },
    gives: 'js',
  },
  {
    title: 'an .mjs file before .cjs',
    files: {
      'index.mjs': `export const handler = async () => 'mjs';`,
      'index.cjs': `exports.handler = async () => 'cjs';`,
    },
    gives: 'mjs',
  },
  {
    title: 'a module with a hashbang and strict mode, that replaces module.exports',
    files: {
      'index.js': `#!/usr/bin/env node\n'use strict';\nmodule.exports = { handler: async () => (function () { return this === undefined; })() };`,
    },
    gives: true,
  },
];
