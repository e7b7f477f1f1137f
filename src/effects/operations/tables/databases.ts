/** What a client's methods do, by their names: the last one called counts, whatever it was called on. */
export interface ClientTable {
  /** For words: `redis get`. */
  readonly family: string;
  readonly read: string;
  readonly overwrite: string;
  readonly remove: string;
  readonly append: string;
  /** Connecting, building and listening: nothing by themselves. */
  readonly neutral: string;
}

/** Packages by which code speaks SQL that it has as text: `query` and the like take it as their first argument. */
export const sqlPackages: Readonly<
  Record<string, { readonly query: string; readonly prepare: string; readonly neutral: string }>
> = {
  pg: {
    query: 'query',
    prepare: '',
    neutral: 'connect end release on once off removeListener Pool Client Query native types setTypeParser',
  },
  'pg-pool': { query: 'query', prepare: '', neutral: 'connect end release on' },
  mysql: {
    query: 'query execute',
    prepare: '',
    neutral: 'createConnection createPool getConnection connect end release destroy on format escape',
  },
  mysql2: {
    query: 'query execute',
    prepare: 'prepare',
    neutral:
      'createConnection createPool getConnection connect end release destroy on format escape promise beginTransaction commit rollback',
  },
  'better-sqlite3': { query: 'exec', prepare: 'prepare', neutral: 'pragma close transaction pluck raw' },
  sqlite: { query: 'exec', prepare: 'prepare', neutral: 'DatabaseSync StatementSync close' },
  sqlite3: {
    query: 'run get all each exec',
    prepare: 'prepare',
    neutral: 'Database verbose close serialize parallelize',
  },
  postgres: { query: '() unsafe', prepare: '', neutral: 'end listen notify' },
  '@neondatabase/serverless': { query: '() query', prepare: '', neutral: 'neon connect end release Pool Client' },
  '@planetscale/database': { query: 'execute', prepare: '', neutral: 'connect Client connection' },
  '@libsql/client': { query: 'execute', prepare: '', neutral: 'createClient close' },
  mssql: { query: 'query batch', prepare: '', neutral: 'connect request input close ConnectionPool Request' },
};

const redis: ClientTable = {
  family: 'redis',
  read:
    'get mget getRange getrange strlen exists ttl pttl type keys scan hget hgetall hGet hGetAll hmget hmGet hexists hExists hkeys hKeys hvals hVals hlen hLen hscan hScan lrange lRange ' +
    'llen lLen lindex lIndex smembers sMembers sismember sIsMember scard sCard sscan zrange zRange zscore zScore zcard zCard zrank zRank zrangebyscore zRangeByScore zcount ' +
    'zCount xrange xRange xread xRead xlen xLen getBit getbit bitcount dbsize dbSize info ping time randomkey pfcount pfCount geosearch',
  overwrite:
    'set mset mSet setex setEx psetex pSetEx hset hSet hmset hmSet sadd sAdd zadd zAdd lset lSet expire pexpire pExpire expireat expireAt persist setbit setBit rename ltrim lTrim pfadd ' +
    'pfAdd geoadd geoAdd setRange setrange',
  remove:
    'del unlink hdel hDel srem sRem zrem zRem flushdb flushDb flushall flushAll xdel xDel zremrangebyscore zRemRangeByScore',
  append:
    'incr incrby incrBy incrbyfloat decr decrby decrBy hincrby hIncrBy hincrbyfloat lpush lPush rpush rPush lpop lPop rpop rPop blpop brpop append getset getSet getdel getDel spop sPop ' +
    'zincrby zIncrBy zpopmin zPopMin zpopmax xadd xAdd publish lmove rpoplpush lrem linsert',
  neutral:
    'connect disconnect quit close destroy on once off duplicate createClient createCluster Redis Cluster multi pipeline isOpen isReady status select auth subscribe unsubscribe psubscribe ' +
    'withCommandOptions options',
};

const mongodb: ClientTable = {
  family: 'mongodb',
  read: 'find findOne countDocuments estimatedDocumentCount count distinct aggregate toArray next hasNext listCollections listIndexes findById watch explain forEach exists lean',
  overwrite: 'replaceOne findOneAndReplace createIndex createIndexes createCollection',
  remove: 'deleteOne deleteMany findOneAndDelete drop dropCollection dropDatabase findByIdAndDelete remove',
  append: 'insertOne insertMany insert create',
  neutral:
    'MongoClient connect close db collection limit sort skip project sort match on startSession endSession withSession model Schema ObjectId mongoose set index select populate where ' +
    'equals limit batchSize',
};

const prisma: ClientTable = {
  family: 'prisma',
  read: 'findUnique findUniqueOrThrow findFirst findFirstOrThrow findMany count aggregate groupBy',
  overwrite: 'upsert',
  remove: 'delete deleteMany',
  append: 'create createMany createManyAndReturn',
  neutral: 'PrismaClient $connect $disconnect $on $extends $use Prisma',
};

/** Packages whose methods say by their names what they do. What is in none of a table's lists is unknown. */
export const clientPackages: Readonly<Record<string, ClientTable>> = {
  redis,
  '@redis/client': redis,
  ioredis: redis,
  '@upstash/redis': redis,
  mongodb,
  mongoose: mongodb,
  '@prisma/client': prisma,
  nats: {
    family: 'nats',
    read: 'request fetch',
    overwrite: 'put',
    remove: 'delete purge',
    append: 'publish',
    neutral: 'connect close drain flush subscribe StringCodec JSONCodec encode decode jetstream',
  },
  amqplib: {
    family: 'amqp',
    read: 'get checkQueue',
    overwrite: 'assertQueue assertExchange bindQueue',
    remove: 'deleteQueue purgeQueue',
    append: 'sendToQueue publish ack nack',
    neutral: 'connect createChannel createConfirmChannel close waitForConfirms',
  },
  kafkajs: {
    family: 'kafka',
    read: 'describeCluster listTopics fetchOffsets',
    overwrite: 'createTopics',
    remove: 'deleteTopics',
    append: 'send sendBatch',
    neutral: 'Kafka producer consumer admin connect disconnect logLevel',
  },
  nodemailer: {
    family: 'mail',
    read: 'verify',
    overwrite: '',
    remove: '',
    append: 'sendMail',
    neutral: 'createTransport close',
  },
};
