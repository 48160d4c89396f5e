import { fileType } from './file-type.ts';

export const avatar = fileType('avatar');
