import * as v from 'valibot';
import { anyArray } from '../limits.ts';
import { parseFixedHeader, verifyFixedHeader } from './fixed-header.ts';
import { actionSchema, interpretRegistryDeletion } from './registry.ts';
import type { Source } from './source.ts';
import { ignored, interpretAs, interpretEach, type SourceEvent } from './source-event.ts';

const envelopeSchema = v.object({ events: anyArray });

/**
 * Notifications of a CNCF Distribution registry (`application/vnd.docker.distribution.events.v2+json`), authenticated by a
 * header of the endpoint's configuration. A deletion without tag and digest is one of a whole repository. It shows that
 * only by missing keys, so the registry is checked. Source: CNCF Distribution, "Work with notifications".
 */
export const distribution = {
  routed: true,
  verifiedBy: 'secret',
  parseSecret: parseFixedHeader,
  verify: verifyFixedHeader,
  interpret: (body, _signed, receivedAt) =>
    interpretAs(envelopeSchema, body, '', ({ events }) =>
      events.length === 0
        ? ignored('there are no events in it')
        : interpretEach(events, 'events', (event, path) => interpretNotice(event, path, receivedAt)),
    ),
} satisfies Source;

function interpretNotice(event: unknown, path: string, receivedAt: string): SourceEvent {
  return interpretAs(actionSchema, event, path, ({ action }) =>
    action === 'delete'
      ? interpretRegistryDeletion(event, path, receivedAt, 'by tag or digest')
      : ignored(`action ${action} is not a deletion`),
  );
}
