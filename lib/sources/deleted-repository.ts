import * as v from 'valibot';
import { faultsOf } from '../faults.ts';
import type { Meaning } from './meaning.ts';

/** Neither part is a dot segment, which would lead to another address when the source is asked. */
export const OWNER_AND_NAME = /^(?!\.{1,2}\/)[^/\s]{1,100}\/(?!\.{1,2}$)[^/\s]{1,100}$/;

const actionSchema = v.object({ action: v.string() });
const deletionSchema = v.object({
  repository: v.object({ full_name: v.pipe(v.string(), v.regex(OWNER_AND_NAME, 'OWNER/NAME')) }),
});

/**
 * What an event means whose `action` says what happened, unless that is a deletion.
 *
 * @param event its name, for the reason.
 */
export function interpretOtherAction(event: string, body: unknown): Meaning | undefined {
  const parsed = v.safeParse(actionSchema, body);
  if (!parsed.success) return { type: 'unreadable', faults: faultsOf(parsed.issues) };
  const { action } = parsed.output;
  if (action === 'deleted') return undefined;
  return { type: 'ignored', reason: `event ${event} with action ${action} is not a repository deletion` };
}

/** What the deletion of `repository.full_name` means: the forges that write it so tell no time of it. */
export function interpretDeletion(body: unknown, id: string, receivedAt: string): Meaning {
  const deletion = v.safeParse(deletionSchema, body);
  if (!deletion.success) return { type: 'unreadable', faults: faultsOf(deletion.issues) };
  return { type: 'deleted', repository: deletion.output.repository.full_name, id, occurredAt: receivedAt };
}
