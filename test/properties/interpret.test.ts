import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parseRequest } from '../../lib/cleanup/request.ts';
import { sources } from '../../lib/sources/index.ts';
import type { Source } from '../../lib/sources/source.ts';
import type { SourceEvent } from '../../lib/sources/source-event.ts';
import { holds, testProperty } from '../support/properties.ts';
import { anyText, path, pathOf, RECEIVED_AT, word } from './values.ts';

const SIGNED = { key: 'a digest' };
const anyName = fc.oneof(path, anyText, fc.jsonValue());
const likely = fc.record(
  {
    action: fc.oneof(fc.constantFrom('deleted', 'delete'), fc.jsonValue()),
    event_name: fc.oneof(fc.constantFrom('project_destroy', 'group_destroy'), fc.jsonValue()),
    type: fc.oneof(
      fc.constantFrom('repository.deleted', 'DELETE_ARTIFACT', 'harbor.artifact.deleted', 'Notification'),
      fc.jsonValue(),
    ),
    id: fc.oneof(anyText, fc.jsonValue()),
    occur_at: fc.oneof(fc.integer(), fc.double(), fc.jsonValue()),
    timestamp: fc.oneof(fc.constant(RECEIVED_AT), fc.jsonValue()),
    path_with_namespace: anyName,
    full_path: anyName,
    repository: fc.oneof(fc.record({ full_name: anyName }), fc.jsonValue()),
    organization: fc.oneof(fc.record({ login: anyName }), fc.jsonValue()),
    target: fc.oneof(fc.record({ repository: anyName }), fc.jsonValue()),
    data: fc.oneof(fc.record({ namespace: anyName }), fc.jsonValue()),
    event_data: fc.oneof(fc.record({ repository: fc.record({ repo_full_name: anyName }) }), fc.jsonValue()),
    events: fc.oneof(
      fc.array(fc.record({ action: fc.constant('delete'), target: fc.jsonValue() })),
      fc.jsonValue(),
    ),
    message: fc.oneof(fc.json(), fc.string()),
  },
  { requiredKeys: [] },
);

/** Invariants of every source event. */
function isSound(sourceEvent: SourceEvent): boolean {
  if (sourceEvent.type === 'ignored') return sourceEvent.reason !== '';
  if (sourceEvent.type === 'subscription') return sourceEvent.confirmUrl.startsWith('https://');
  if (sourceEvent.type === 'unreadable') {
    return sourceEvent.issues.length > 0 && sourceEvent.issues.every((each) => each.found && each.expected);
  }
  if (sourceEvent.type === 'request') {
    // A label is cut where it is used.
    const { deliveryId: _, ...request } = sourceEvent.request;
    return isDeepStrictEqual(parseRequest(request, { id: 'none' }), { ok: true, value: request });
  }
  return (
    isFullName(sourceEvent.type === 'deleted' ? sourceEvent.repository : sourceEvent.organization) &&
    isTime(sourceEvent.occurredAt)
  );
}

function isFullName(name: string): boolean {
  return /^[^\s/]+(?:\/[^\s/]+)*$/.test(name);
}

function isTime(text: string): boolean {
  return /^\d{4}-.*Z$/.test(text) && !Number.isNaN(Date.parse(text));
}

test.each(Object.entries(sources))(
  'whatever %s is sent, what it makes of it is sound',
  async (_type, source) => {
    await holds([fc.oneof(likely, fc.jsonValue())], (body) => {
      const sourceEvents = [source.interpret(body, SIGNED, RECEIVED_AT)].flat();
      expect(sourceEvents.length).toBeGreaterThan(0);
      expect(sourceEvents.filter((sourceEvent) => !isSound(sourceEvent))).toEqual([]);
    });
  },
);

interface Deletion {
  readonly type: keyof typeof sources;
  readonly named: fc.Arbitrary<string>;
  /** The word that says that a repository is gone. */
  readonly says: string;
  readonly body: (repository: string, said: string) => unknown;
}

const ownerAndName = pathOf({ minLength: 2, maxLength: 2 });

/** Deletion events of each source with repositories of its own. */
const deletions: readonly Deletion[] = [
  {
    type: 'github',
    named: ownerAndName,
    says: 'deleted',
    body: (repository, action) => ({ action, repository: { full_name: repository } }),
  },
  {
    type: 'gitea',
    named: ownerAndName,
    says: 'deleted',
    body: (repository, action) => ({ action, repository: { full_name: repository } }),
  },
  {
    type: 'gitlab',
    named: pathOf({ minLength: 2, maxLength: 5 }),
    says: 'project_destroy',
    body: (repository, said) => ({ event_name: said, path_with_namespace: repository }),
  },
  {
    type: 'acr',
    named: path,
    says: 'delete',
    body: (repository, action) => ({ action, target: { repository, digest: 'sha256:1' } }),
  },
  {
    type: 'harbor',
    named: path,
    says: 'DELETE_ARTIFACT',
    body: (repository, type) => ({ type, event_data: { repository: { repo_full_name: repository } } }),
  },
  {
    type: 'distribution',
    named: path,
    says: 'delete',
    body: (repository, action) => ({ events: [{ action, target: { repository } }] }),
  },
];

describe.each(deletions)('$type', ({ type, named, says, body }) => {
  const source: Source = sources[type];
  const interpret = (repository: string, said: string) =>
    [source.interpret(body(repository, said), SIGNED, RECEIVED_AT)].flat();

  testProperty('names the repository that is gone, whatever it is called', [named], (repository) => {
    expect(interpret(repository, says)).toMatchObject([{ type: 'deleted', repository }]);
  });

  testProperty('means nothing with any other word', [named, fc.oneof(word, anyText)], (repository, said) => {
    fc.pre(said !== says);
    expect(interpret(repository, said)).toMatchObject([{ type: 'ignored' }]);
  });
});
