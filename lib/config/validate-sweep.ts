import * as v from 'valibot';
import { type Issue, show } from '../issues.ts';

/** As much of the file as its sweep refers to. */
const referredSchema = v.object({
  accounts: v.fallback(v.record(v.string(), v.unknown()), {}),
  sweep: v.fallback(v.object({ targetAccounts: v.fallback(v.array(v.unknown()), []) }), {
    targetAccounts: [],
  }),
});

/** Issues between the sweep and the accounts of a file, whatever else is wrong with the file. */
export function validateSweep(contents: unknown): Issue[] {
  const parsed = v.safeParse(referredSchema, contents);
  if (!parsed.success) return [];
  const { accounts, sweep } = parsed.output;
  return sweep.targetAccounts.flatMap((account, index) => {
    if (typeof account !== 'string' || Object.hasOwn(accounts, account)) return [];
    const expected = `one of accounts (${Object.keys(accounts).join(', ') || 'there is none'})`;
    return [{ path: `sweep.targetAccounts[${index}]`, found: show(account), expected }];
  });
}
