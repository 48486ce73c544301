import { findHarborRepository } from './find-harbor-repository.ts';
import type { AskableSource } from './source.ts';

export const harborApi = { findRepository: findHarborRepository } satisfies AskableSource;
