import { fileType } from './file-type.ts';

export const audio = fileType('audio');
