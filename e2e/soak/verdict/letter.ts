import * as v from 'valibot';
import { type CleanupRequest, parseRequest } from '../../../lib/cleanup/request.ts';
import { nameOf, type Target } from '../../../lib/huaweicloud/names.ts';
import type { Subject } from '../story.ts';

interface Ids {
  readonly id: string;
  readonly deliveryId?: string;
}

/** A message of the dead-letter queue. */
export interface Letter {
  readonly body: string;
  readonly reason?: string;
  readonly code?: string;
  /** What it asks for, as far as it could be read. */
  readonly request?: Subject & Ids;
}

const attributesSchema = v.object({
  reason: v.optional(v.string()),
  code: v.optional(v.string()),
  request: v.optional(v.string()),
});

export function readLetter(body: string, attributes: Record<string, string | undefined>): Letter {
  const { reason, code, request } = v.parse(attributesSchema, attributes);
  const parsed = parseRequest(parse(request ?? body), { id: '' });
  return {
    body,
    ...(reason !== undefined && { reason }),
    ...(code !== undefined && { code }),
    ...(parsed.ok && { request: pickSubject(parsed.value) }),
  };
}

function pickSubject({ id, deliveryId, namespace, repository, targets }: CleanupRequest): Subject & Ids {
  return {
    id,
    ...(deliveryId !== undefined && { deliveryId }),
    namespace,
    ...(repository !== undefined && { repository }),
    ...(targets && { targets }),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a letter says why it is there: one that the queue itself has moved does not. */
export function isExplained({ reason, code }: Letter): boolean {
  return reason !== undefined && code !== undefined;
}

/** Whether a letter asks for a task to be deleted. */
export function isAbout(
  { request }: Letter,
  namespace: string,
  repository: string | undefined,
  target?: Target,
): boolean {
  if (request === undefined || request.namespace !== namespace) return false;
  if (request.repository !== undefined && request.repository !== repository) return false;
  const { targets } = request;
  return (
    target === undefined || targets === undefined || targets.some((each) => nameOf(each) === nameOf(target))
  );
}
