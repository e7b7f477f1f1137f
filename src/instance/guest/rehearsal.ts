import type { CodeBundle } from '../../model/functions/code.ts';
import type { AgentLink } from '../channels/agent-link.ts';

/** Code of nobody's, that is never bound where somebody's code will be. */
export const rehearsalCode: CodeBundle = {
  sha256: 'rehearsal',
  bytes: 0,
  files: [{ path: 'index.js', mode: 0o644, data: Buffer.from('exports.handler = async (event) => event;') }],
};

/** Has an agent take code into its cache, put it into a container that is none, and forget it. */
export async function rehearseCode(agent: AgentLink): Promise<void> {
  await agent.storeCode(rehearsalCode);
  await agent.rehearseBind(rehearsalCode.sha256);
  await agent.dropCode(rehearsalCode.sha256);
}
