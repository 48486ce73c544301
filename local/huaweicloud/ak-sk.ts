import { createHmac } from 'node:crypto';
import { type Call, SIGNING_ALGORITHM } from './call.ts';
import { canonicalizeRequest, readHeader, refuseSignature, sha256 } from './canonical-request.ts';
import type { Identities } from './identities.ts';
import type { User } from './users.ts';

const AUTHORIZATION = /^SDK-HMAC-SHA256 Access=([^,\s]+), SignedHeaders=([^,\s]+), Signature=([0-9a-f]{64})$/;
const DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
const TOLERANCE_MS = 15 * 60_000;

/** Finds whose access key signed the call, and refuses it where the signature is not that user's for these bytes. */
export function verifySignature(call: Call, identities: Identities, now: number): User {
  const [, ak = '', names = '', signature = ''] = AUTHORIZATION.exec(call.headers.authorization ?? '') ?? [];
  const locks = identities.accessKeyLocks;
  if (locks.isLocked(ak)) throw refuseSignature('AK access failed to reach the limit,forbidden.');
  const user = identities.findUserByAccessKey(ak);
  if (user?.accessKey === undefined || (user.status ?? 'enabled') !== 'enabled') {
    throw refuseSignature('the access key is unknown or not in use');
  }
  const date = readHeader(call.headers, 'x-sdk-date');
  if (!isClose(date, now)) throw refuseSignature('X-Sdk-Date is more than 15 minutes away');
  const signed = names.split(';');
  if (!signed.includes('host') || !signed.includes('x-sdk-date'))
    throw refuseSignature('host or X-Sdk-Date is not signed');
  const text = [SIGNING_ALGORITHM, date, sha256(canonicalizeRequest(call, signed))].join('\n');
  const expected = createHmac('sha256', user.accessKey.sk).update(text).digest('hex');
  if (signature !== expected) {
    // Only this one counts: for the others the secret was not even looked at.
    locks.countRefusal(ak);
    throw refuseSignature('verify aksk signature fail');
  }
  locks.forgetRefusals(ak);
  return user;
}

function isClose(date: string, now: number): boolean {
  const iso = date.replace(DATE, '$1-$2-$3T$4:$5:$6Z');
  return DATE.test(date) && Math.abs(Date.parse(iso) - now) <= TOLERANCE_MS;
}
