import { findRegistryRepository } from './find-registry-repository.ts';
import type { AskableSource } from './source.ts';

export const acrApi = { findRepository: findRegistryRepository } satisfies AskableSource;
