/**
 * What AWS's model does not say of its operations: whether one only reads, and what doing it twice comes to. `GUARD` is a member of the input
 * that makes a second one harmless. Of operations that are in no list, reads are told by their verbs, removals as well; all others are writes of which
 * nothing more is known.
 */
export interface ServiceTable {
  readonly read?: string;
  readonly overwrite?: string;
  readonly remove?: string;
  readonly append?: string;
  /** `OPERATION:MEMBER` or `OPERATION:MEMBER|OTHER`. */
  readonly guards?: string;
}

export const awsServices: Readonly<Record<string, ServiceTable>> = {
  dynamodb: {
    read: 'GetItem BatchGetItem Query Scan TransactGetItems DescribeTable ListTables',
    overwrite: 'PutItem BatchWriteItem TransactWriteItems UpdateTimeToLive TagResource',
    remove: 'DeleteItem DeleteTable',
    append: 'CreateTable CreateBackup',
    guards: 'TransactWriteItems:ClientRequestToken ExecuteTransaction:ClientRequestToken',
  },
  s3: {
    read: 'SelectObjectContent CreateSession HeadObject HeadBucket GetObject',
    overwrite:
      'PutObject CopyObject UploadPart UploadPartCopy CompleteMultipartUpload PutObjectTagging PutObjectAcl PutBucketPolicy RestoreObject',
    remove: 'DeleteObject DeleteObjects AbortMultipartUpload DeleteBucket',
    append: 'CreateMultipartUpload CreateBucket',
    guards: 'PutObject:IfNoneMatch|IfMatch CopyObject:CopySourceIfMatch CompleteMultipartUpload:IfNoneMatch|IfMatch',
  },
  sqs: {
    read: 'GetQueueUrl GetQueueAttributes ListQueues',
    overwrite: 'ChangeMessageVisibility ChangeMessageVisibilityBatch SetQueueAttributes CreateQueue TagQueue',
    remove: 'DeleteMessage DeleteMessageBatch PurgeQueue DeleteQueue',
    append: 'SendMessage SendMessageBatch ReceiveMessage StartMessageMoveTask',
    guards: 'SendMessage:MessageDeduplicationId',
  },
  sns: {
    overwrite: 'SetTopicAttributes Subscribe CreateTopic',
    append: 'Publish PublishBatch',
    guards: 'Publish:MessageDeduplicationId',
  },
  ses: { append: 'SendEmail SendRawEmail SendTemplatedEmail SendBulkTemplatedEmail' },
  sesv2: { append: 'SendEmail SendBulkEmail SendCustomVerificationEmail', overwrite: 'PutSuppressedDestination' },
  sfn: {
    read: 'DescribeExecution GetExecutionHistory GetActivityTask',
    overwrite: 'SendTaskSuccess SendTaskFailure SendTaskHeartbeat StopExecution',
    append: 'StartExecution StartSyncExecution',
    guards: 'StartExecution:name',
  },
  eventbridge: {
    append: 'PutEvents',
    overwrite: 'PutRule PutTargets EnableRule DisableRule',
    remove: 'RemoveTargets DeleteRule',
  },
  kinesis: { read: 'GetRecords GetShardIterator', append: 'PutRecord PutRecords CreateStream' },
  firehose: { append: 'PutRecord PutRecordBatch' },
  'secrets-manager': {
    overwrite: 'PutSecretValue UpdateSecret',
    append: 'CreateSecret',
    read: 'GetSecretValue BatchGetSecretValue GetRandomPassword',
    remove: 'DeleteSecret',
  },
  ssm: { overwrite: 'PutParameter AddTagsToResource', append: 'SendCommand StartAutomationExecution' },
  kms: {
    read: 'Encrypt Decrypt ReEncrypt Sign Verify GenerateDataKey GenerateDataKeyWithoutPlaintext GenerateMac VerifyMac GenerateRandom DeriveSharedSecret',
    append: 'CreateKey',
  },
  'bedrock-runtime': {
    read: 'InvokeModel InvokeModelWithResponseStream Converse ConverseStream ApplyGuardrail CountTokens',
    append: 'StartAsyncInvoke',
  },
  cloudwatch: { append: 'PutMetricData', overwrite: 'PutMetricAlarm PutDashboard SetAlarmState' },
  'cloudwatch-logs': {
    append: 'PutLogEvents CreateLogStream CreateLogGroup StartQuery',
    read: 'FilterLogEvents StartLiveTail',
  },
  sts: {
    read: 'AssumeRole AssumeRoleWithWebIdentity AssumeRoleWithSAML GetCallerIdentity GetSessionToken GetFederationToken DecodeAuthorizationMessage',
  },
  scheduler: {
    overwrite: 'UpdateSchedule',
    append: 'CreateSchedule CreateScheduleGroup',
    remove: 'DeleteSchedule DeleteScheduleGroup',
  },
  athena: { append: 'StartQueryExecution', read: 'GetQueryResults GetQueryExecution', remove: 'StopQueryExecution' },
  apigatewaymanagementapi: { append: 'PostToConnection', remove: 'DeleteConnection' },
  cloudfront: { append: 'CreateInvalidation' },
  'cognito-identity-provider': {
    read: 'AdminGetUser GetUser ListUsers AdminInitiateAuth InitiateAuth',
    overwrite: 'AdminUpdateUserAttributes AdminSetUserPassword AdminEnableUser AdminDisableUser AdminAddUserToGroup',
    append: 'AdminCreateUser SignUp',
    remove: 'AdminDeleteUser AdminUserGlobalSignOut AdminRemoveUserFromGroup',
  },
  lambda: {
    overwrite:
      'UpdateFunctionCode UpdateFunctionConfiguration PutFunctionConcurrency PutFunctionEventInvokeConfig UpdateAlias TagResource',
    append: 'CreateFunction PublishVersion CreateAlias CreateEventSourceMapping AddPermission',
  },
  ecs: { append: 'StartTask', overwrite: 'UpdateService', remove: 'StopTask' },
};

/** Verbs of operations that only read. */
export const readingVerbs: RegExp =
  /^(Get|List|Describe|BatchGet|BatchDescribe|Head|Query|Scan|Select|Search|Lookup|Check|Estimate|Preview|Simulate|TransactGet|Filter|Detect|Translate|Recognize|Analyze|Compare)/;
/** Of those that remove what is there: a second time there is nothing. */
export const removingVerbs: RegExp = /^(Delete|BatchDelete|Remove|Untag|Unsubscribe|Detach|Deregister|Disassociate)/;

/** Services that this machine's Heddle is itself, for functions that it runs. */
export const ownServices: readonly string[] = ['lambda', 'sqs', 'scheduler', 'cloudwatch-logs', 'sts'];

/** What names of clients and commands stand for elsewhere: of the document clients, and of version 2. */
export const documentOperations: Readonly<Record<string, string>> = {
  Get: 'GetItem', Put: 'PutItem', Update: 'UpdateItem', Delete: 'DeleteItem', BatchGet: 'BatchGetItem', BatchWrite: 'BatchWriteItem', TransactGet: 'TransactGetItems', TransactWrite: 'TransactWriteItems',
}; // prettier-ignore

/** Services of version 2 that are called otherwise. */
export const oldServices: Readonly<Record<string, string>> = {
  stepfunctions: 'sfn', secretsmanager: 'secrets-manager', cloudwatchlogs: 'cloudwatch-logs', cognitoidentityserviceprovider: 'cognito-identity-provider', documentclient: 'dynamodb', 'dynamodb/document_client': 'dynamodb',
}; // prettier-ignore
