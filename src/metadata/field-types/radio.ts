import { optionsType } from './options.ts';

export const radio = optionsType({ name: 'radio', description: 'One of the declared options, shown as buttons.', list: false });
