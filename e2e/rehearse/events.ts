import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { type AwsClient, REGION } from './aws-client.ts';

const PUT_SHAPE = v.object({ FailedEntryCount: v.literal(0) });

/** One entry of PutEvents. */
type Entry = { EventBusName: string; Source: string; DetailType: string; Detail: string };

export async function putEvents(aws: AwsClient, Entries: Entry[]): Promise<void> {
  v.parse(PUT_SHAPE, await aws.callJson('events', 'PutEvents', { Entries }));
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
