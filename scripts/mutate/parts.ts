/** Files whose mutants are judged by the same tests. The fewer tests, the faster: each mutant loads the files anew. */
export interface Part {
  readonly name: string;
  readonly files: readonly string[];
  readonly tests: readonly string[];
}

const source = (name: string, files: readonly string[], tests: readonly string[]): Part => ({
  name: `sources-${name}`,
  files: files.map((file) => `lib/sources/${file}.ts`),
  tests: tests.map((file) => `test/sources/${file}.test.ts`),
});

export const PARTS: readonly Part[] = [
  {
    name: 'lib',
    files: ['lib/*.ts'],
    tests: ['test/!(architecture).test.ts', 'test/sources/source-event.test.ts'],
  },
  { name: 'http', files: ['lib/http/*.ts'], tests: ['test/http/*.test.ts'] },
  { name: 'config', files: ['lib/config/*.ts'], tests: ['test/config/*.test.ts'] },
  { name: 'webhook', files: ['lib/webhook/*.ts'], tests: ['test/webhook/*.test.ts'] },
  {
    name: 'cleanup-rules',
    files: ['lib/cleanup/{compare-times,decide,glob,remainder,request}.ts'],
    tests: ['test/cleanup/{compare-times,decide,glob,remainder,request}.test.ts'],
  },
  {
    name: 'cleanup',
    files: [
      'lib/cleanup/{ask-first,clean-organization,clean-page,clean-request,cleaner,delivery-id,delivery-limit,plan-repository}.ts',
    ],
    tests: [
      'test/cleanup/{clean-many,clean-organization,clean-page,clean-request}.test.ts',
      'test/cleanup/{cleaner,cleaner-asks,delivery-limit}.test.ts',
      'test/properties/channels.test.ts',
      'test/queue/clean-ledger.test.ts',
    ],
  },
  {
    name: 'cleanup-records',
    files: ['lib/cleanup/{accounts,announcement,ledger,outcome,restore,restore-plan}.ts'],
    tests: ['test/cleanup/{announcement,cleaner,ledger,restore,restore-plan}.test.ts'],
  },
  { name: 'huaweicloud', files: ['lib/huaweicloud/*.ts'], tests: ['test/huaweicloud/*.test.ts'] },
  { name: 'sweep', files: ['lib/sweep/*.ts'], tests: ['test/sweep/*.test.ts'] },
  {
    name: 'metrics',
    files: ['lib/metrics/{measured-log,metrics}.ts', 'lib/metrics/rules/*.ts'],
    tests: ['test/metrics/*.test.ts'],
  },
  {
    name: 'aws-calls',
    files: ['lib/aws/{aws-error,call,queue,secret-reference,secret-store,sendable,sign}.ts'],
    tests: ['test/aws/{aws-error,call,queue,secret-reference,secret-store,sendable,sign}.test.ts'],
  },
  {
    name: 'aws-webhooks',
    files: ['lib/aws/{answer-problems,http-event,verify-delivery}.ts'],
    tests: [
      'test/aws/{answer-problems,http-event,verify-delivery}.test.ts',
      'test/functions/receive.test.ts',
    ],
  },
  {
    name: 'aws-messages',
    files: [
      'lib/aws/{clean-batch,clean-invocation,dead-letter-box,dead-letters,event-bus}.ts',
      'lib/aws/{in-invocation,log-failure,settle,sweep-batch}.ts',
    ],
    tests: [
      'test/aws/{clean-batch,clean-batch-failures,clean-invocation,dead-letter-box,dead-letters}.test.ts',
      'test/aws/{event-bus,in-invocation,settle,several-requests,sweep-batch}.test.ts',
      'test/functions/{clean,sweep}.test.ts',
    ],
  },
  {
    name: 'ledger',
    files: ['lib/ledger/*.ts'],
    tests: ['test/aws/ledger/*.test.ts', 'test/ledger/sweep-ledger.test.ts'],
  },
  source('traces', ['cts-trace', 'trace-names', 'trace-time'], ['cts-trace', 'trace-time']),
  source('gitlab', ['gitlab', 'gitlab-api', 'gitlab-deletion'], ['gitlab', 'index']),
  source(
    'forges',
    ['{github,gitea,bitbucket}{,-api}', 'forge', 'forge-event', 'find-repository', 'hmac', 'shared-secret'],
    ['github', 'gitea', 'gitlab', 'bitbucket', 'forge*', 'find-repository', 'hmac*', 'index'],
  ),
  source(
    'registries',
    [
      '{acr,distribution,harbor}{,-api}',
      'fixed-header',
      'registry-*',
      'find-{harbor,registry,ecr}-repository',
    ],
    ['{acr,distribution,harbor}{,-api}', 'fixed-header', 'registry-*', 'find-*-repository', 'index'],
  ),
  source(
    'topics',
    ['aws-sns', 'huawei-smn', 'sns-*', 'smn-*', 'signing-certificate'],
    ['aws-sns', 'huawei-smn', 'sns-*', 'smn-*', 'signing-certificate', 'index'],
  ),
  source('signed', ['signed', 'standard-*', 'cloudevents'], ['standard-*', 'cloudevents', 'index']),
  source(
    'events',
    ['eventbridge', 'envelope', 'meaning', 'json-text', 'index', 'built-in', 'ask-source', 'source'],
    ['eventbridge', 'envelope', 'meaning', 'json-text', 'index', 'ask-source'],
  ),
];
