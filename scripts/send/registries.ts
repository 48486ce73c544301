import { fixedHeader } from './proofs.ts';
import type { Sender } from './sender.ts';

const DIGEST = `sha256:${'0'.repeat(64)}`;

/**
 * The deletion of an artifact whose repository Harbor no longer finds; it has no ping, and a push does as well.
 * Source: Harbor's documentation, "Configure Webhook Notifications".
 */
export const harbor: Sender = {
  write({ event, repository, at }) {
    const [namespace = '', ...name] = repository.split('/');
    const seconds = Math.floor(at.getTime() / 1000);
    const body = {
      type: event === 'ping' ? 'PUSH_ARTIFACT' : 'DELETE_ARTIFACT',
      occur_at: seconds,
      operator: 'sample',
      event_data: {
        resources: [
          { digest: DIGEST, tag: 'sample', resource_url: `harbor.example.com/${repository}:sample` },
        ],
        repository: {
          ...(event === 'ping' && { date_created: seconds }),
          name: name.join('/'),
          namespace,
          repo_full_name: repository,
          repo_type: 'private',
        },
      },
    };
    const headers = { 'Content-Type': 'application/json', 'User-Agent': 'Go-http-client/1.1' };
    return { headers, body: JSON.stringify(body) };
  },
  proof: fixedHeader('Authorization: …'),
  givesUpAfterMs: 3000,
};

/** Source: Microsoft Learn, "Azure Container Registry webhook reference". */
export const acr: Sender = {
  write({ event, repository, id, at }) {
    const body = {
      id,
      timestamp: at.toISOString(),
      action: event === 'ping' ? 'ping' : 'delete',
      ...(event === 'deletion' && {
        target: {
          mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
          digest: DIGEST,
          repository,
        },
        request: { id, host: 'sample.azurecr.io', method: 'DELETE' },
      }),
    };
    const headers = {
      'Content-Type': 'application/json; charset=utf-8',
      'User-Agent': 'AzureContainerRegistry/1.0',
    };
    return { headers, body: JSON.stringify(body) };
  },
  // The name of the header is a part of the secret.
  proof: fixedHeader('…: …'),
};

/** It has no ping, and a push does as well. Source: CNCF Distribution, "Work with notifications". */
export const distribution: Sender = {
  write({ event, repository, id, at }) {
    const isPing = event === 'ping';
    const body = {
      events: [
        {
          id,
          timestamp: at.toISOString(),
          action: isPing ? 'push' : 'delete',
          target: isPing ? { digest: DIGEST, repository, tag: 'sample' } : { repository },
          request: { id, host: 'registry.example.com', method: isPing ? 'PUT' : 'DELETE' },
          actor: {},
          source: { addr: 'registry.example.com:5000' },
        },
      ],
    };
    const headers = {
      'Content-Type': 'application/vnd.docker.distribution.events.v2+json',
      'User-Agent': 'Go-http-client/1.1',
    };
    return { headers, body: JSON.stringify(body) };
  },
  proof: fixedHeader('…: …'),
  givesUpAfterMs: 1000,
};
