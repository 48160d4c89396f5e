import { fileType } from './file-type.ts';

export const video = fileType('video');
