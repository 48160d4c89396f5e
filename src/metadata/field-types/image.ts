import { fileType } from './file-type.ts';

export const image = fileType('image');
