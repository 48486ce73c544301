import * as v from 'valibot';
import { FUNCTIONS } from '../../scripts/bundle.ts';
import type { AwsClient } from './aws-client.ts';

const EVENTS_SHAPE = v.object({ events: v.array(v.object({ message: v.string() })) });

/** What the functions of the stack have printed so far. */
export async function readFunctionLogs(aws: AwsClient, stackName: string): Promise<string> {
  const logs = await Promise.all(
    FUNCTIONS.map(async (name) => {
      const logGroupName = `/aws/lambda/${stackName}-${name}`;
      const { events } = v.parse(
        EVENTS_SHAPE,
        await aws.callJson('logs', 'FilterLogEvents', { logGroupName }),
      );
      return [`--- ${logGroupName}`, ...events.map(({ message }) => message.trimEnd())];
    }),
  );
  return logs.flat().join('\n');
}
