const noSigning = 'Code is not signed here, so there is never a configuration.';
const noProviders = 'Functions run on this machine, so there is never a capacity provider.';
const fewSources =
  'Sources are queues here, and what the service is configured to reach ([0045](decisions/0045-sources-are-queues-or-streams.md)), topics of Kafka by `SelfManagedEventSource`, too; Kinesis, DynamoDB, Amazon MSK, MQ and DocumentDB are refused.';
const zipOnly =
  'Code is a zip in the request: container images, S3, file systems, KMS keys, signing and SnapStart are refused.';

/** What an operation that is answered does not do. */
export const partly: Readonly<Record<string, string>> = {
  CreateFunction: zipOnly,
  UpdateFunctionCode: zipOnly,
  UpdateFunctionConfiguration: 'What CreateFunction refuses is refused here, too.',
  DeleteFunctionCodeSigningConfig: noSigning,
  GetFunctionCodeSigningConfig: noSigning,
  PutFunctionCodeSigningConfig: noSigning,
  ListCodeSigningConfigs: noSigning,
  GetCodeSigningConfig: noSigning,
  UpdateCodeSigningConfig: noSigning,
  DeleteCodeSigningConfig: noSigning,
  ListFunctionsByCodeSigningConfig: noSigning,
  ListCapacityProviders: noProviders,
  GetCapacityProvider: noProviders,
  UpdateCapacityProvider: noProviders,
  DeleteCapacityProvider: noProviders,
  ListFunctionVersionsByCapacityProvider: noProviders,
  GetFunctionScalingConfig: noProviders,
  CreateEventSourceMapping: fewSources,
  PutRuntimeManagementConfig: 'Kept and shown; the service has one version of each runtime.',
};
