import { fileType } from './file-type.ts';

export const avatar = fileType({ name: 'avatar', description: 'The picture of a person or thing.', mediaTypes: ['image'] });
