import { fileType } from './file-type.ts';

export const file = fileType('file');
