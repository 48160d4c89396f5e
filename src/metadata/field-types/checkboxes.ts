import { optionsType } from './options.ts';

export const checkboxes = optionsType({ name: 'checkboxes', description: 'Several of the declared options, shown as boxes.', list: true });
