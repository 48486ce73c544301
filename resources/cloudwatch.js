// Alarms and dashboard, from the rows in lib/metrics and the sources of the stage. JavaScript, because osls loads no TypeScript itself.
import { cloudWatchResources } from '../scripts/cloudwatch.ts';

export const Resources = async ({ resolveVariable }) =>
  cloudWatchResources(
    await resolveVariable('sls:stage'),
    await resolveVariable('file(./dist/config.json):sources'),
    (name) => resolveVariable(`param:${name}, null`),
  );
