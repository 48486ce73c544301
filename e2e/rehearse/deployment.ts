import type { Emulator } from '../../local/huaweicloud/emulator.ts';
import type { AwsClient } from './aws-client.ts';
import type { Cleanups } from './cleanups.ts';
import type { Outputs } from './stack.ts';

/** What the rehearsal has deployed, and where. */
export type Deployment = {
  aws: AwsClient;
  stackName: string;
  outputs: Outputs;
  emulator: Emulator;
  gitHubSecret: string;
  cleanups: Cleanups;
};
