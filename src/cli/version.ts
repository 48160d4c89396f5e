import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { readonly version: string };

/** Version of the platform, from package.json: two folders up both in src/ and in dist/. */
export const { version } = manifest;
