import type { BenchService } from './service.ts';

const everybody = [
  { StatementId: 'url', Action: 'lambda:InvokeFunctionUrl', Principal: '*', FunctionUrlAuthType: 'NONE' },
  { StatementId: 'invoke', Action: 'lambda:InvokeFunction', Principal: '*', InvokedViaFunctionUrl: true },
];

/** Gives a function a URL that everybody may call. */
export async function makeUrl(
  service: BenchService,
  name: string,
  invokeMode: 'BUFFERED' | 'RESPONSE_STREAM' = 'BUFFERED',
): Promise<URL> {
  const config = JSON.stringify({ AuthType: 'NONE', InvokeMode: invokeMode });
  const made = await service.call('POST', `/2021-10-31/functions/${name}/url`, config);
  const { FunctionUrl }: { FunctionUrl: string } = JSON.parse(await made.text());
  for (const permission of everybody)
    await service.call('POST', `/2015-03-31/functions/${name}/policy`, JSON.stringify(permission));
  return new URL(FunctionUrl);
}
