import { readFileSync } from 'node:fs';
import { runtimes, type PreparedRuntime } from '../model/runtimes/configuration.ts';
import type { AgentProfile } from '../protocol/profile.ts';
import { count, fieldsOf, text, word, type Fields } from '../protocol/validate.ts';

const profileFile = '/opt/heddle/profile.json';

/** The agent's profile, from the environment or its file. Throws with the name of the field that is not right. */
export function readProfile(environment: NodeJS.ProcessEnv): AgentProfile {
  const json = environment['HEDDLE_AGENT_PROFILE'] ?? readFileSync(profileFile, 'utf8');
  try {
    return parseProfile(JSON.parse(json));
  } catch (cause) {
    throw new Error(`The agent's profile cannot be used: ${String(cause)}`, { cause });
  }
}

function parseProfile(value: unknown): AgentProfile {
  const fields = fieldsOf(value);
  const programs = fieldsOf(fields['programs']);
  return {
    channels: word(fields, 'channels', ['inherited', 'virtio']),
    channelCount: count(fields, 'channelCount'),
    relayChannel: count(fields, 'relayChannel'),
    kernel: word(fields, 'kernel', ['linux', 'gvisor']),
    workDir: text(fields, 'workDir'),
    programs: pathsOf(programs),
    roots: pathsOf(fieldsOf(fields['roots'])),
    ...(fields['endedPrograms'] === undefined ? {} : { endedPrograms: text(fields, 'endedPrograms') }),
    nodeRuntime: text(fields, 'nodeRuntime'),
    providedRuntime: text(fields, 'providedRuntime'),
    pythonRuntime: text(fields, 'pythonRuntime'),
    binds: bindsOf(fields['binds']),
    ...(fields['codeTrees'] === undefined ? {} : { codeTrees: treesOf(fieldsOf(fields['codeTrees'])) }),
    codeImages: fields['codeImages'] === true,
    bwrap: text(fields, 'bwrap'),
    user: userOf(fieldsOf(fields['user'])),
    memoryLimit: word(fields, 'memoryLimit', ['cgroup2', 'watch']),
    processLimit: word(fields, 'processLimit', ['cgroup2', 'cgroup1', 'rlimit', 'watch']),
    clones: fields['clones'] === true,
    emulated: fields['emulated'] === true,
  };
}

function pathsOf(fields: Fields): Partial<Record<PreparedRuntime, string>> {
  const there = runtimes.filter((runtime) => fields[runtime] !== undefined);
  return Object.fromEntries(there.map((runtime) => [runtime, text(fields, runtime)]));
}

function bindsOf(value: unknown): (readonly [string, string])[] {
  if (!Array.isArray(value)) throw new Error('`binds` is not a list.');
  return value.map((pair: unknown) => {
    const [from, to]: unknown[] = Array.isArray(pair) ? pair : [];
    if (typeof from !== 'string' || typeof to !== 'string') throw new Error('`binds` is not a list of pairs of paths.');
    return [from, to] as const;
  });
}

function treesOf(fields: Fields): AgentProfile['codeTrees'] & object {
  return { dir: text(fields, 'dir'), by: word(fields, 'by', ['rename', 'mount']) };
}

function userOf(fields: Fields): AgentProfile['user'] {
  const kind = word(fields, 'kind', ['ids', 'namespace']);
  return kind === 'ids' ? { kind, idBase: count(fields, 'idBase') } : { kind };
}
