import { findHarborRepository } from './find-harbor-repository.ts';
import type { ExistenceChecker } from './source.ts';

export const harborApi = { findRepository: findHarborRepository } satisfies ExistenceChecker;
