import { randomUUID } from 'node:crypto';
import { checkPattern } from '../../../api/constraint.ts';
import { ApiError } from '../../../api/errors.ts';
import type { Scope } from '../../../api/function-ref.ts';
import { jsonInput, optionalString, requiredString } from '../../../api/json-input.ts';
import type { LayerPermission, LayerVersion } from '../../../model/functions/layer.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { ApiRequest, Operation } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { ownVersion } from './find-layer.ts';
import { versionArn } from './layer-wire.ts';

const path = '/2018-10-31/layers/:layerName/versions/:versionNumber/policy';
/** AWS bounds a policy's size: 20 KB. */
const statementsMax = 100;

export function addLayerVersionPermission({ store }: LambdaContext): Operation {
  return {
    name: 'AddLayerVersionPermission',
    method: 'POST',
    path,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const layer = await ownVersion(store.layers, request);
      checkRevision(request, layer);
      const given = permissionOf(request.body);
      if (layer.permissions.some(({ statementId }) => statementId === given.statementId))
        throw new ApiError(
          'ResourceConflictException',
          `The statement id (${given.statementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
        );
      if (layer.permissions.length >= statementsMax)
        throw new ApiError(
          'InvalidParameterValueException',
          `A layer version has at most ${statementsMax} statements.`,
        );
      const changed = { ...layer, permissions: [...layer.permissions, given], policyRevisionId: randomUUID() };
      await store.layers.replace(changed);
      const body = {
        Statement: JSON.stringify(statement(request.scope, layer, given)),
        RevisionId: changed.policyRevisionId,
      };
      return { status: 201, body };
    },
  };
}

export function getLayerVersionPolicy({ store }: LambdaContext): Operation {
  return {
    name: 'GetLayerVersionPolicy',
    method: 'GET',
    path,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const layer = await ownVersion(store.layers, request);
      if (layer.permissions.length === 0)
        throw new ApiError('ResourceNotFoundException', 'No policy is associated with the given resource.');
      const Statement = layer.permissions.map((each) => statement(request.scope, layer, each));
      const policy = { Version: '2012-10-17', Id: 'default', Statement };
      return { status: 200, body: { Policy: JSON.stringify(policy), RevisionId: layer.policyRevisionId } };
    },
  };
}

export function removeLayerVersionPermission({ store }: LambdaContext): Operation {
  return {
    name: 'RemoveLayerVersionPermission',
    method: 'DELETE',
    path: `${path}/:statementId`,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const layer = await ownVersion(store.layers, request);
      checkRevision(request, layer);
      const id = request.parameter('statementId');
      const permissions = layer.permissions.filter(({ statementId }) => statementId !== id);
      if (permissions.length === layer.permissions.length)
        throw new ApiError('ResourceNotFoundException', `Statement ${id} is not found in resource policy.`);
      await store.layers.replace({ ...layer, permissions, policyRevisionId: randomUUID() });
      return { status: 204 };
    },
  };
}

function permissionOf(body: Buffer): LayerPermission {
  const input = jsonInput(body);
  const statementId = requiredString(input, 'StatementId');
  const action = requiredString(input, 'Action');
  const principal = requiredString(input, 'Principal');
  const organizationId = optionalString(input, 'OrganizationId');
  checkPattern('statementId', statementId, '[a-zA-Z0-9-_]{1,100}');
  checkPattern('action', action, 'lambda:GetLayerVersion');
  checkPattern('principal', principal, '\\d{12}|\\*|arn:(aws[a-zA-Z-]*):iam::\\d{12}:root');
  if (organizationId !== undefined) checkPattern('organizationId', organizationId, 'o-[a-z0-9]{10,32}');
  return { statementId, action, principal, ...(organizationId !== undefined && { organizationId }) };
}

function checkRevision(request: ApiRequest, { policyRevisionId }: LayerVersion): void {
  const given = request.query('RevisionId');
  if (given === undefined || given === policyRevisionId) return;
  throw new ApiError(
    'PreconditionFailedException',
    'The Revision Id provided does not match the latest Revision Id. Call the GetLayerPolicy API to retrieve the latest Revision Id',
  );
}

function statement(
  scope: Scope,
  layer: LayerVersion,
  { statementId, action, principal, organizationId }: LayerPermission,
): object {
  return {
    Sid: statementId,
    Effect: 'Allow',
    Principal:
      principal === '*' ? '*' : { AWS: /^\d+$/.test(principal) ? `arn:aws:iam::${principal}:root` : principal },
    Action: action,
    Resource: versionArn(scope, layer),
    ...(organizationId !== undefined && { Condition: { StringEquals: { 'aws:PrincipalOrgID': organizationId } } }),
  };
}
