/** Senders that come by EventBridge: routes may begin with their names, and no configuration has to list them. */
export const ECR = 'ecr';
export const builtInSources: readonly string[] = [ECR];
