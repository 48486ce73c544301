import type { SourceType } from '../../lib/sources/index.ts';
import { formatSeconds } from './signatures.ts';

/** Source types whose deliveries can be signed here: only its cloud has the key of a topic. */
export type SendableType = Exclude<SourceType, 'aws-sns' | 'huawei-smn'>;

/** Contents of a sample. */
export interface SampleFacts {
  /** The harmless event of a sender, under whatever name, in place of a deletion. */
  readonly isPing: boolean;
  /** The full name at the sender, or NAMESPACE/REPOSITORY in SWR for senders that name SWR repositories. */
  readonly repository: string;
  /** The first segment of the name. */
  readonly owner: string;
  /** All other segments. */
  readonly name: string;
  /** Id of the delivery. In a signed body it makes every sample another delivery. */
  readonly id: string;
  readonly at: Date;
}

const DIGEST = `sha256:${'0'.repeat(64)}`;

/** Bodies of deliveries by source type. GitLab, Gitea, Harbor and Distribution have no ping: a push does as well. */
export const sampleBodies: Readonly<Record<SendableType, (facts: SampleFacts) => unknown>> = {
  // Source: GitHub Docs, "Webhook events and payloads".
  github({ isPing, repository, owner, name, id }) {
    const sender = { login: 'octocat' };
    if (isPing)
      return { zen: 'Keep it logically awesome.', hook_id: 1, hook: { type: 'Organization' }, sender };
    const about = {
      id: 120,
      node_id: id,
      name,
      full_name: repository,
      private: true,
      owner: { login: owner },
    };
    return { action: 'deleted', repository: about, organization: { login: owner }, sender };
  },

  // Source: GitLab Docs, "System hooks".
  gitlab({ isPing, repository, at }) {
    const path = repository.slice(repository.lastIndexOf('/') + 1);
    const about = { project_id: 73, path_with_namespace: repository, name: path };
    if (isPing) {
      const project = { id: 73, name: path, path_with_namespace: repository };
      return { event_name: 'push', ref: 'refs/heads/main', project_id: 73, project, commits: [] };
    }
    const time = at.toISOString();
    const times = { created_at: time, updated_at: time };
    return { event_name: 'project_destroy', ...times, ...about, path, project_visibility: 'internal' };
  },

  // Source: Gitea's documentation, "Webhooks".
  gitea({ isPing, repository, owner, name, id }) {
    const sender = { id: 1, login: 'gitea' };
    const organization = { id: 7, login: owner };
    const description = `sample ${id}`;
    const about = { id: 140, name, full_name: repository, description, private: true, owner: organization };
    if (isPing) return { ref: 'refs/heads/main', commits: [], repository: about, pusher: sender, sender };
    return { action: 'deleted', repository: about, organization, sender };
  },

  // Source: Bitbucket Cloud's documentation, "Event payloads".
  bitbucket({ isPing, repository, owner, name, id }) {
    if (isPing) return {};
    const about = {
      type: 'repository',
      uuid: `{${id}}`,
      full_name: repository,
      name,
      workspace: { slug: owner },
    };
    return { actor: { type: 'user', nickname: 'sample' }, repository: about };
  },

  // Source: Harbor's documentation, "Configure Webhook Notifications".
  harbor({ isPing, repository, owner, name, at }) {
    const seconds = Number(formatSeconds(at));
    const resource = {
      digest: DIGEST,
      tag: 'sample',
      resource_url: `harbor.example.com/${repository}:sample`,
    };
    const about = { name, namespace: owner, repo_full_name: repository, repo_type: 'private' };
    const created = isPing && { date_created: seconds };
    return {
      type: isPing ? 'PUSH_ARTIFACT' : 'DELETE_ARTIFACT',
      occur_at: seconds,
      operator: 'sample',
      event_data: { resources: [resource], repository: { ...created, ...about } },
    };
  },

  // Source: Microsoft Learn, "Azure Container Registry webhook reference".
  acr({ isPing, repository, id, at }) {
    const timestamp = at.toISOString();
    if (isPing) return { id, timestamp, action: 'ping' };
    const mediaType = 'application/vnd.docker.distribution.manifest.v2+json';
    const request = { id, host: 'sample.azurecr.io', method: 'DELETE' };
    return { id, timestamp, action: 'delete', target: { mediaType, digest: DIGEST, repository }, request };
  },

  // Source: CNCF Distribution, "Work with notifications".
  distribution({ isPing, repository, id, at }) {
    const event = {
      id,
      timestamp: at.toISOString(),
      action: isPing ? 'push' : 'delete',
      target: isPing ? { digest: DIGEST, repository, tag: 'sample' } : { repository },
      request: { id, host: 'registry.example.com', method: isPing ? 'PUT' : 'DELETE' },
      actor: {},
      source: { addr: 'registry.example.com:5000' },
    };
    return { events: [event] };
  },

  'standard-webhooks': (facts) => ({ timestamp: facts.at.toISOString(), ...requestEvent(facts) }),

  // One event in structured mode, CloudEvents 1.0.
  cloudevents: (facts) => ({
    specversion: '1.0',
    id: facts.id,
    source: '/swr-sync-cleanup/sample',
    time: facts.at.toISOString(),
    datacontenttype: 'application/json',
    ...requestEvent(facts),
  }),
};

/** The repository is always present, even if empty and thus rejected: a request without one means the organization. */
function requestEvent({ isPing, owner, name }: SampleFacts): { type: string; data: object } {
  if (isPing) return { type: 'ping', data: {} };
  return { type: 'repository.deleted', data: { namespace: owner, repository: name } };
}
