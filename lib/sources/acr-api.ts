export { distributionApi as acrApi } from './distribution-api.ts';
