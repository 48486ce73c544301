import { UsageError } from '../../command-line/options.ts';
import { failureOf } from '../../lib/failure.ts';

/** What to do where AWS did not say what it was asked. */
export function explainAws(error: unknown, stage: string, permission: string): { hint: string } {
  const { code } = failureOf(error);
  if (error instanceof UsageError || /NotFound|DoesNotExist|NonExistent/.test(code))
    return { hint: `Deploy it: npm run deploy -- --stage ${stage}` };
  const { message } = failureOf(error);
  if (/AccessDenied|NotAuthorized/.test(message)) return { hint: `Allow your AWS identity ${permission}.` };
  if (/UnrecognizedClient|InvalidClientTokenId|Expired|Signature|InvalidAccessKeyId/.test(message))
    return { hint: 'AWS does not take these credentials: log in again, or set others.' };
  return { hint: 'Check the region, and the way to AWS from here.' };
}
