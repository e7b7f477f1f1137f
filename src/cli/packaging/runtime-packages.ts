import { awsSdkPackages } from '../../model/runtimes/aws-sdk-packages.ts';

/** Whether AWS's Node runtimes bring a package along: found after a function's own. */
export function isOfRuntime(name: string): boolean {
  return name.startsWith('@aws-sdk/') || name.startsWith('@smithy/');
}

/** What will not be found here, of modules that are left to the runtime: of the SDK's 420 clients it has those that are used most. */
export function lacksOfRuntime(modules: readonly string[]): readonly string[] {
  const names = modules.map((module) => module.split('/').slice(0, 2).join('/'));
  return [...new Set(names)]
    .filter((name) => !Object.hasOwn(awsSdkPackages, name))
    .map((name) => `the runtime here has no ${name}, as AWS's has: npm install ${name}, and deploy again.`);
}
