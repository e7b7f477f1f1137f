import { readFileSync } from 'node:fs';
import { runtimes, type RuntimeName } from '../model/configuration.ts';
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
    workDir: text(fields, 'workDir'),
    programs: programsOf(programs),
    nodeRuntime: text(fields, 'nodeRuntime'),
    binds: bindsOf(fields['binds']),
    bwrap: text(fields, 'bwrap'),
    user: userOf(fieldsOf(fields['user'])),
    memoryLimit: word(fields, 'memoryLimit', ['cgroup2', 'watch']),
    processLimit: word(fields, 'processLimit', ['cgroup2', 'cgroup1', 'rlimit', 'watch']),
    unshareNetwork: fields['unshareNetwork'] === true,
    clones: fields['clones'] === true,
    emulated: fields['emulated'] === true,
  };
}

function programsOf(fields: Fields): Record<RuntimeName, string> {
  const [node24, node22] = runtimes;
  return { [node24]: text(fields, node24), [node22]: text(fields, node22) };
}

function bindsOf(value: unknown): (readonly [string, string])[] {
  if (!Array.isArray(value)) throw new Error('`binds` is not a list.');
  return value.map((pair: unknown) => {
    const [from, to]: unknown[] = Array.isArray(pair) ? pair : [];
    if (typeof from !== 'string' || typeof to !== 'string') throw new Error('`binds` is not a list of pairs of paths.');
    return [from, to] as const;
  });
}

function userOf(fields: Fields): AgentProfile['user'] {
  const kind = word(fields, 'kind', ['ids', 'namespace']);
  return kind === 'ids' ? { kind, idBase: count(fields, 'idBase') } : { kind };
}
