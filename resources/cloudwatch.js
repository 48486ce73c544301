// Alarms and dashboard, from the rows in lib/metrics. JavaScript, because osls loads no TypeScript itself.
import { cloudWatchResources } from '../scripts/cloudwatch.ts';

export const Resources = async ({ resolveVariable }) =>
  cloudWatchResources(await resolveVariable('sls:stage'), (name) => resolveVariable(`param:${name}, null`));
