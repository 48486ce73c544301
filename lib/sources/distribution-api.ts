import { findRegistryRepository } from './find-registry-repository.ts';
import type { ExistenceChecker } from './source.ts';

export const distributionApi = { findRepository: findRegistryRepository } satisfies ExistenceChecker;
