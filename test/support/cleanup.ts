import { type Cleaned, cleanRequest } from '../../lib/cleanup/cleaner.ts';
import type { Safety } from '../../lib/cleanup/decide.ts';
import type { CleanupRequest } from '../../lib/cleanup/request.ts';
import type { Deadline } from '../../lib/deadline.ts';
import type { Emulator } from '../../local/huaweicloud/emulator.ts';
import { noHurry } from './deadline.ts';
import { memoryLedger } from './memory-table.ts';
import { type RecordedLog, recordLog } from './recorded-log.ts';
import { safety } from './safety.ts';
import { swrClient } from './swr-client.ts';

export interface Cleanup extends Cleaned {
  readonly recorded: RecordedLog;
}

interface Differences {
  readonly rules?: Partial<Safety>;
  readonly deadline?: Deadline;
  /** None if missing. */
  readonly pause?: (ms: number) => Promise<void>;
  readonly pageSize?: number;
}

/** Cleans against an emulator, as a function does that has just started and has an empty ledger. */
export async function cleanUp(
  cloud: Emulator,
  request: CleanupRequest,
  { rules = {}, deadline = noHurry, pause = async () => {}, ...others }: Differences = {},
): Promise<Cleanup> {
  const recorded = recordLog();
  const cleaned = await cleanRequest(request, {
    swr: swrClient(cloud.url),
    safety: safety(rules),
    deadline,
    log: recorded.log,
    ledger: memoryLedger(),
    repeated: false,
    pause,
    ...others,
  });
  return { ...cleaned, recorded };
}
