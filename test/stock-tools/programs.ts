import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { writeAwsModel } from '../../src/cli/aws-model.ts';
import { environmentOf } from '../../src/cli/commands/service/env.ts';
import { credentialsProfile } from '../../src/store/credentials.ts';
import type { StockTools } from './stock-tools.ts';

/** A service as its own tools find it: the home has its credentials. */
export interface ToolsService {
  readonly url: string;
  readonly home: string;
  readonly region: string;
}

/** Programs like `aws` and `python3`, called as after `eval "$(heddle env)"`. */
export interface Programs {
  /** What `aws` with these arguments says on standard output; rejects with what it says otherwise. JSON, unless it is told otherwise. */
  readonly aws: (...args: readonly string[]) => Promise<string>;
  /** The same of a Python program, given as text. */
  readonly python: (program: string, ...args: readonly string[]) => Promise<string>;
  /** The same of `rclone`, which knows the service as the remote `heddle:`. */
  readonly rclone: (...args: readonly string[]) => Promise<string>;
  /** Starts `aws` or `python3` with these arguments; it is ended when this is disposed. */
  readonly following: (program: 'aws' | 'python3', ...args: readonly string[]) => Following;
}

/** A program that goes on, and what it prints. */
export interface Following extends AsyncDisposable {
  /** The next line of standard output. Throws with what it said otherwise where it has ended. */
  readonly line: () => Promise<string>;
}

/** Finds the service as `heddle env` says, and nothing of the user's. */
export function programsOf(tools: StockTools, { url, home, region }: ToolsService): Programs {
  const credentialsFile = join(home, 'credentials');
  const key = { accessKeyId: '', secretAccessKey: '', credentialsFile, profile: credentialsProfile };
  const env = {
    ...environmentOf({ url, region, ...key }),
    PATH: tools.path,
    HOME: home,
    AWS_DATA_PATH: writeAwsModel(home, url),
    AWS_CONFIG_FILE: '/dev/null',
    AWS_MAX_ATTEMPTS: '1',
    AWS_PAGER: '',
    AWS_DEFAULT_OUTPUT: 'json',
    RCLONE_CONFIG: '/dev/null',
    RCLONE_CONFIG_HEDDLE_TYPE: 's3',
    RCLONE_CONFIG_HEDDLE_PROVIDER: 'Other',
    RCLONE_CONFIG_HEDDLE_ENV_AUTH: 'true',
    RCLONE_CONFIG_HEDDLE_ENDPOINT: url,
    RCLONE_CONFIG_HEDDLE_REGION: region,
    // A pipe is no terminal: without it lines come by the page.
    PYTHONUNBUFFERED: '1',
  };
  const options = { env, cwd: home, timeout: 120_000, maxBuffer: 67_108_864 };
  const run = async (program: string, args: readonly string[]): Promise<string> =>
    (await promisify(execFile)(program, args, options)).stdout;
  return {
    aws: (...args) => run('aws', args),
    python: (program, ...args) => run('python3', ['-c', program, ...args]),
    rclone: (...args) => run('rclone', args),
    following: (program, ...args) => started(program, args, env),
  };
}

function started(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Following {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = `${said}${text}`.slice(-4_096)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async line() {
      const { done, value } = await lines.next();
      if (done !== true) return value;
      await exited;
      throw new Error(`${program} ${args.join(' ')} has ended (${child.exitCode ?? child.signalCode}): ${said}`);
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await exited;
    },
  };
}
