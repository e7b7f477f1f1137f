/** The query protocol's names of what is refused before an operation is asked. */
export const namesOfRefusals: Readonly<Record<string, string>> = {
  UnrecognizedClientException: 'InvalidClientTokenId',
  InvalidSignatureException: 'SignatureDoesNotMatch',
  IncompleteSignatureException: 'IncompleteSignature',
  MissingAuthenticationTokenException: 'MissingAuthenticationToken',
  AccessDeniedException: 'AccessDenied',
  UnknownOperationException: 'InvalidAction',
  TooManyRequestsException: 'RequestThrottled',
  ServiceException: 'InternalFailure',
};
