import { giteaSignatures, gitlabToken, hexSignature } from './proofs.ts';
import type { Sender } from './sender.ts';

/** Source: GitHub Docs, "Webhook events and payloads". */
export const github: Sender = {
  write({ event, repository, id }) {
    const { owner, name } = splitName(repository);
    const sender = { login: 'octocat' };
    const body =
      event === 'ping'
        ? { zen: 'Keep it logically awesome.', hook_id: 1, hook: { type: 'Organization', id: 1 }, sender }
        : {
            action: 'deleted',
            // Without something of its own, a second sample would be the same delivery once more.
            repository: {
              id: 120,
              node_id: id,
              name,
              full_name: repository,
              private: true,
              owner: { login: owner },
            },
            organization: { login: owner },
            sender,
          };
    const headers = {
      'Content-Type': 'application/json',
      'User-Agent': 'GitHub-Hookshot/sample',
      'X-GitHub-Event': event === 'ping' ? 'ping' : 'repository',
      'X-GitHub-Delivery': id,
    };
    return { headers, body: JSON.stringify(body) };
  },
  proof: hexSignature('X-Hub-Signature-256', 'sha256='),
  givesUpAfterMs: 10_000,
};

/** A system hook; it has no ping, and a push does as well. Source: GitLab Docs, "System hooks". */
export const gitlab: Sender = {
  write({ event, repository, id, at }) {
    const path = repository.slice(repository.lastIndexOf('/') + 1);
    const body =
      event === 'ping'
        ? {
            event_name: 'push',
            ref: 'refs/heads/main',
            project_id: 73,
            project: { id: 73, name: path, path_with_namespace: repository },
            commits: [],
            total_commits_count: 0,
          }
        : {
            event_name: 'project_destroy',
            created_at: at.toISOString(),
            updated_at: at.toISOString(),
            name: path,
            path,
            path_with_namespace: repository,
            project_id: 73,
            project_visibility: 'internal',
          };
    const headers = {
      'Content-Type': 'application/json',
      'User-Agent': 'GitLab/sample',
      'X-Gitlab-Event': 'System Hook',
      'X-Gitlab-Event-UUID': id,
      'Idempotency-Key': id,
    };
    return { headers, body: JSON.stringify(body) };
  },
  proof: gitlabToken,
  givesUpAfterMs: 10_000,
};

/** Its button "Test Delivery" sends a push as well. Source: Gitea's documentation, "Webhooks". */
export const gitea: Sender = {
  write({ event, repository, id }) {
    const { owner, name } = splitName(repository);
    const description = `sample ${id}`;
    const owned = { private: true, owner: { id: 7, login: owner } };
    const about = { id: 140, name, full_name: repository, description, ...owned };
    const sender = { id: 1, login: 'gitea' };
    const body =
      event === 'ping'
        ? { ref: 'refs/heads/main', commits: [], repository: about, pusher: sender, sender }
        : { action: 'deleted', repository: about, organization: { id: 7, login: owner }, sender };
    const kind = event === 'ping' ? 'push' : 'repository';
    const headers = {
      'Content-Type': 'application/json',
      'User-Agent': 'Go-http-client/1.1',
      'X-Gitea-Delivery': id,
      'X-Gitea-Event': kind,
      'X-Gitea-Event-Type': kind,
      'X-Gogs-Delivery': id,
      'X-Gogs-Event': kind,
      'X-GitHub-Delivery': id,
      'X-GitHub-Event': kind,
    };
    return { headers, body: JSON.stringify(body) };
  },
  proof: giteaSignatures,
  givesUpAfterMs: 5000,
};

/** Source: Bitbucket Cloud's documentation, "Event payloads". */
export const bitbucket: Sender = {
  write({ event, repository, id }) {
    const { owner, name } = splitName(repository);
    const uuid = `{${id}}`;
    const about = { type: 'repository', uuid, full_name: repository, name, workspace: { slug: owner } };
    const body = event === 'ping' ? {} : { actor: { type: 'user', nickname: 'sample' }, repository: about };
    const headers = {
      'Content-Type': 'application/json',
      'User-Agent': 'Bitbucket-Webhooks/2.0',
      'X-Event-Key': event === 'ping' ? 'diagnostics:ping' : 'repo:deleted',
      'X-Request-UUID': id,
      'X-Attempt-Number': '1',
    };
    return { headers, body: JSON.stringify(body) };
  },
  proof: hexSignature('X-Hub-Signature', 'sha256='),
  givesUpAfterMs: 10_000,
};

function splitName(repository: string): { owner: string; name: string } {
  const [owner = '', ...name] = repository.split('/');
  return { owner, name: name.join('/') };
}
