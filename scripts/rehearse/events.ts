import { createHmac, randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { type AwsClient, REGION } from './aws-client.ts';

const PUT_SHAPE = v.object({ FailedEntryCount: v.literal(0) });

/** One entry of PutEvents. */
type Entry = { EventBusName: string; Source: string; DetailType: string; Detail: string };

export async function putEvents(aws: AwsClient, Entries: Entry[]): Promise<void> {
  v.parse(PUT_SHAPE, await aws.callJson('events', 'PutEvents', { Entries }));
}

/** GitHub's `repository` event, with the fields of its shape that say what happened to what. */
export function gitHubRepositoryDeleted(owner: string, name: string): string {
  return JSON.stringify({
    action: 'deleted',
    repository: {
      id: 186853002,
      name,
      full_name: `${owner}/${name}`,
      private: true,
      owner: { login: owner, type: 'Organization' },
    },
    organization: { login: owner },
    sender: { login: 'octocat', type: 'User' },
  });
}

export function gitHubHeaders(body: string, secret: string): Record<string, string> {
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  return {
    'Content-Type': 'application/json',
    'User-Agent': 'GitHub-Hookshot/rehearsal',
    'X-GitHub-Event': 'repository',
    'X-GitHub-Delivery': randomUUID(),
    'X-Hub-Signature-256': `sha256=${signature}`,
  };
}

/** An entry for PutEvents on the bus of the stage. */
export function busEvent(
  eventBusName: string,
  detailType: string,
  namespace: string,
  repository: string,
): Entry {
  return {
    EventBusName: eventBusName,
    Source: 'rehearsal',
    DetailType: detailType,
    Detail: JSON.stringify({ version: 1, id: randomUUID(), namespace, repository }),
  };
}

/** What CloudTrail puts on the default bus; `errorCode` only where ECR refused the call. */
export function ecrDeleteRepository(repositoryName: string, errorCode?: string) {
  const time = new Date().toISOString();
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.ecr',
    account: '000000000000',
    time,
    region: REGION,
    resources: [],
    detail: {
      eventSource: 'ecr.amazonaws.com',
      eventName: 'DeleteRepository',
      eventTime: time,
      requestParameters: { repositoryName, force: true },
      ...(errorCode === undefined
        ? { responseElements: { repository: { repositoryName, registryId: '000000000000' } } }
        : { errorCode }),
    },
  };
}
