import { expect, test } from '@jest/globals';
import { noLedger } from '../../lib/cleanup/ledger.ts';
import { cleanupRequest } from '../support/cleanup-request.ts';
import { DR } from '../support/cloud.ts';

const request = cleanupRequest();
const intent = { repository: 'payments/api', target: DR };

test('without a ledger everything is new, and nothing can be deleted', async () => {
  await expect(noLedger.open(request)).resolves.toEqual({ request, repeated: false });
  await expect(noLedger.started(request)).resolves.toEqual([]);
  await expect(noLedger.unsettled(request, 'payments/api')).resolves.toEqual([]);
  await expect(noLedger.intend(request, intent)).rejects.toThrow('Deletion without a ledger');
  await expect(noLedger.settle(request, intent, { outcome: 'absent' })).resolves.toBeUndefined();
  await expect(noLedger.close(request, [])).resolves.toBeUndefined();
});
