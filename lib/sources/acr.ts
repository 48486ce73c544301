import { parseFixedHeader, verifyFixedHeader } from './fixed-header.ts';
import { actionSchema, interpretRegistryDeletion } from './registry.ts';
import type { Source } from './source.ts';
import { ignored, interpretAs } from './source-event.ts';

/**
 * Azure Container Registry's webhooks, authenticated by a custom header of the webhook. A deleted repository is reported
 * as the deletion of its manifests, each with its digest, just as the deletion of one manifest is. The registry is
 * therefore checked. Source: Microsoft Learn, "Azure Container Registry webhook reference".
 */
export const acr = {
  routed: true,
  verifiedBy: 'secret',
  parseSecret: parseFixedHeader,
  verify: verifyFixedHeader,
  interpret: (body, _signed, receivedAt) =>
    interpretAs(actionSchema, body, '', ({ action }) =>
      action === 'delete'
        ? interpretRegistryDeletion(body, '', receivedAt)
        : ignored(`action ${action} deletes no repository`),
    ),
} satisfies Source;
