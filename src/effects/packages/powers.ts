import type { AnyNode } from 'acorn';

/** What only takes away that the same comes of the same. */
export type Mild = 'clock' | 'random' | 'timer';

/** What stands in code that could do something beside computing, wherever in it and whether or not it is ever come to. */
export interface Powers {
  /** In words, of what is not only time or chance: `fetch`, `process`, `require`. */
  readonly strong: Set<string>;
  /** Whether it has the clock, chance or timers in it. */
  readonly mild: Set<Mild>;
  /** Modules that it imports or requires by name. */
  readonly imports: Set<string>;
  /** Names that it does not call by a dot: among them those of other code beside it. */
  readonly names: Set<string>;
}

/** Globals with power, whatever is done with them. */
const powerful: ReadonlySet<string> = new Set(
  'fetch XMLHttpRequest WebSocket EventSource eval WebAssembly Worker BroadcastChannel process Deno Bun navigator importScripts'.split(
    ' ',
  ),
);
const timers: ReadonlySet<string> = new Set(['setTimeout', 'setInterval', 'setImmediate']);
/** Of `process`, what does nothing: packages ask how they run. */
const harmless: ReadonlySet<string> = new Set(
  'env version versions platform arch nextTick emitWarning stdout stderr argv execArgv release config pid browser title features'.split(
    ' ',
  ),
);
const globals: ReadonlySet<string> = new Set(['globalThis', 'global', 'window', 'self']);

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function nameOf(node: AnyNode): string {
  return node.type === 'Identifier' ? node.name : node.type === 'Literal' ? String(node.value) : '';
}

/** Gathers what stands in these nodes. Over-careful: a name of the code's own counts as the global that is called so. */
export class PowerScan implements Powers {
  readonly strong: Set<string> = new Set<string>();
  readonly mild: Set<Mild> = new Set<Mild>();
  readonly imports: Set<string> = new Set<string>();
  readonly names: Set<string> = new Set<string>();

  scan(node: AnyNode): void {
    const waiting: AnyNode[] = [node];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (this.#isDone(next)) continue;
      for (const value of Object.values(next)) {
        if (Array.isArray(value)) {
          for (const each of value) if (isNode(each)) waiting.push(each);
        } else if (isNode(value)) waiting.push(value);
      }
    }
  }

  /** Looks at one node; gives whether what is in it was looked at as well. */
  #isDone(node: AnyNode): boolean {
    switch (node.type) {
      case 'Identifier':
        this.#identifier(node.name);
        return true;
      case 'MemberExpression':
        return this.#member(node.object, node.computed ? undefined : nameOf(node.property));
      case 'Property':
      case 'MethodDefinition':
      case 'PropertyDefinition':
        if (node.computed) this.scan(node.key);
        if (isNode(node.value)) this.scan(node.value);
        return true;
      case 'UnaryExpression':
        // What is only asked for its type is not used.
        return node.operator === 'typeof' && node.argument.type === 'Identifier';
      case 'NewExpression':
      case 'CallExpression':
        this.#call(node.callee, node.arguments);
        return false;
      case 'ImportExpression':
        this.#import(node.source);
        return false;
      case 'ImportDeclaration':
      case 'ExportAllDeclaration':
        this.#import(node.source);
        return true;
      case 'ExportNamedDeclaration':
        if (node.source) this.#import(node.source);
        return false;
      default:
        return false;
    }
  }

  #identifier(name: string): void {
    this.names.add(name);
    if (powerful.has(name)) this.strong.add(name);
    if (timers.has(name)) this.mild.add('timer');
  }

  #member(object: AnyNode, name: string | undefined): boolean {
    if (object.type !== 'Identifier') {
      this.scan(object);
      return name !== undefined;
    }
    if (object.name === 'Math' && name === 'random') this.mild.add('random');
    if ((object.name === 'Date' || object.name === 'performance') && name === 'now') this.mild.add('clock');
    if (object.name === 'crypto') {
      if (name === undefined || /^(random|getRandom|generate)/.test(name)) this.mild.add('random');
    }
    if (object.name === 'process' && name !== undefined) {
      if (/^(hrtime|uptime)/.test(name)) this.mild.add('clock');
      else if (!harmless.has(name)) this.strong.add(`process.${name}`);
      return true;
    }
    if (globals.has(object.name) && name === undefined) this.strong.add(`${object.name}[…]`);
    else if (globals.has(object.name) && name !== undefined) this.#identifier(name);
    this.#identifier(object.name);
    return name !== undefined;
  }

  #call(callee: AnyNode, args: readonly AnyNode[]): void {
    const name = callee.type === 'Identifier' ? callee.name : '';
    if (name === 'Date' && args.length === 0) this.mild.add('clock');
    if (name === 'Function') this.strong.add('Function');
    const [first] = args;
    if (name === 'require' || name === '__require') {
      if (first === undefined) this.strong.add('require');
      else this.#import(first);
    }
  }

  #import(source: AnyNode): void {
    if (source.type === 'Literal' && typeof source.value === 'string') this.imports.add(source.value);
    else this.strong.add('modules by names that only running it would tell');
  }
}
