import { fileType } from './file-type.ts';

export const image = fileType({ name: 'image', description: 'An image by its address.', mediaTypes: ['image'] });
