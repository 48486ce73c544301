import type { Context } from 'aws-lambda';

/** Context that Lambda passes to a handler. */
export function lambdaContext(remainingMs: () => number = () => 60_000): Context {
  const unused = () => {
    throw new Error('this is an old way to end an invocation');
  };
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: 'function',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:function',
    memoryLimitInMB: '512',
    awsRequestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
    logGroupName: '/aws/lambda/function',
    logStreamName: '2026/11/24/[$LATEST]58419525dade4d17a495dceeeed44708',
    getRemainingTimeInMillis: remainingMs,
    done: unused,
    fail: unused,
    succeed: unused,
  };
}
