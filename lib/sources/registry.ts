import * as v from 'valibot';
import { timestampSchema } from '../cleanup/request.ts';
import type { Deadline } from '../deadline.ts';
import { type HttpResponse, httpRequest } from '../http/http-request.ts';
import { readJson } from '../json.ts';
import { limitedArray } from '../limits.ts';
import { ignored, interpretAs, type SourceEvent } from './source-event.ts';

const PART = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const MAX_LENGTH = 255;

/** Maximum size of an answer: that of a list of a hundred thousand tags, which have no limit of their own. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;
const CALL_LIMIT_MS = 5000;
const MAX_ERRORS = 100;

const errorsSchema = v.object({
  errors: limitedArray(
    v.object({
      code: v.string(),
      message: v.fallback(v.optional(v.string()), undefined),
      detail: v.optional(v.unknown()),
    }),
    MAX_ERRORS,
    'errors',
  ),
});

type RegistryErrors = v.InferOutput<typeof errorsSchema>['errors'];

/** Says whether a registry can have a repository of this name. Source: OCI Distribution Specification 1.1, "Pull". */
export function isRegistryName(name: string): boolean {
  return name.length <= MAX_LENGTH && name.split('/').every((part) => PART.test(part));
}

/** Schema of a repository's name. */
export const registryNameSchema = v.pipe(
  v.string(),
  v.check(isRegistryName, 'the name of a repository, as the OCI Distribution Specification allows it'),
);

/** Schema of the kind of a registry's event. */
export const actionSchema = v.object({ action: v.string() });

const deletionSchema = v.object({
  id: v.optional(v.pipe(v.string(), v.minLength(1))),
  timestamp: v.optional(timestampSchema),
  target: v.object({
    repository: registryNameSchema,
    tag: v.optional(v.string()),
    digest: v.optional(v.string()),
  }),
});

/**
 * Interprets the deletion that a registry reports.
 *
 * @param parts ways in which the event names less than a whole repository.
 */
export function interpretRegistryDeletion(
  event: unknown,
  path: string,
  receivedAt: string,
  parts: 'by tag' | 'by tag or digest' = 'by tag',
): SourceEvent {
  return interpretAs(deletionSchema, event, path, ({ id, timestamp, target }) => {
    const { repository, tag, digest } = target;
    if (tag) return ignored(`a tag of ${repository} is gone, nothing more`);
    if (digest && parts === 'by tag or digest')
      return ignored(`a manifest or a blob of ${repository} is gone, nothing more`);
    return deletedAs(repository, timestamp ?? receivedAt, id);
  });
}

/** Deletion by a registry, which is checked: its events don't tell a repository from a part of it. */
export function deletedAs(
  repository: string,
  occurredAt: string,
  deliveryId: string | undefined,
): SourceEvent {
  const label = deliveryId !== undefined && { deliveryId };
  return { type: 'deleted', repository, occurredAt, ambiguous: true, ...label };
}

/** Basic authentication from `user:password`; undefined without credentials. */
export function basicOf(credentials: string): string | undefined {
  const pair = credentials.trim();
  return pair === '' ? undefined : `Basic ${Buffer.from(pair).toString('base64')}`;
}

/** Answer of a registry; undefined instead of an error, so that no message can show the credentials. */
export async function getFrom(
  url: URL,
  authorization: string | undefined,
  deadline: Deadline,
): Promise<HttpResponse | undefined> {
  const timeoutMs = Math.min(CALL_LIMIT_MS, deadline.remainingMs());
  if (timeoutMs <= 0) return undefined;
  try {
    return await httpRequest({
      method: 'GET',
      url,
      headers: {
        'User-Agent': 'swr-sync-cleanup',
        Accept: 'application/json',
        ...(authorization !== undefined && { Authorization: authorization }),
      },
      timeoutMs,
      maxBodyBytes: MAX_BODY_BYTES,
    });
  } catch {
    return undefined;
  }
}

/** Errors of an answer in the form that registries have in common; none if it has another form. */
export function parseRegistryErrors(answer: HttpResponse): RegistryErrors {
  const parsed = v.safeParse(errorsSchema, readJson(answer.body));
  return parsed.success ? parsed.output.errors : [];
}

/** Says whether an answer is a success of the API itself, and not a page of a proxy. */
export function isFound(answer: HttpResponse): boolean {
  const body = readJson(answer.body);
  return answer.status === 200 && typeof body === 'object' && body !== null;
}
