/** Where code in a container finds the service: the value of its `AWS_ENDPOINT_URL_LAMBDA`. */
export const serviceNameInside = 'heddle.internal';

/** The rules by which botocore finds a service's address: "where the caller says, else at `url`". A rule set as in the Smithy specification. */
export function endpointRules(url: string): object {
  const parameter = (builtIn: string, type: string): object => ({ builtIn, required: false, documentation: '', type });
  return {
    version: '1.0',
    parameters: {
      Region: parameter('AWS::Region', 'String'),
      UseDualStack: { ...parameter('AWS::UseDualStack', 'Boolean'), required: true, default: false },
      UseFIPS: { ...parameter('AWS::UseFIPS', 'Boolean'), required: true, default: false },
      Endpoint: parameter('SDK::Endpoint', 'String'),
    },
    rules: [
      {
        conditions: [{ fn: 'isSet', argv: [{ ref: 'Endpoint' }] }],
        endpoint: { url: { ref: 'Endpoint' }, properties: {}, headers: {} },
        type: 'endpoint',
      },
      { conditions: [], endpoint: { url, properties: {}, headers: {} }, type: 'endpoint' },
    ],
  };
}
