import { describe, expect, it } from 'vitest';
import { describeEachDatabase } from '../support/database.ts';
import { startIdentity } from '../plugins/identity/support.ts';
import { blocksOf } from './blocks.ts';

const file = 'docs/identity.md';

describe(file, () => {
  describeEachDatabase('examples', (open) => {
    it('answer as shown', async () => {
      const app = await startIdentity({ database: await open() });
      const blocks = blocksOf(file);
      const headers = await app.signIn();
      let asked = 0;
      for (const [index, { language, tags, text }] of blocks.entries()) {
        if (language !== 'graphql') continue;
        expect(tags).toContain('identity');
        asked += 1;
        const next = blocks[index + 1];
        const result = await app.ask(text, tags.includes('signed-in') ? headers : {});
        expect(result.errors).toBeUndefined();
        // Each sign-in adds a session to those of the administrator.
        if (text.includes('signIn(')) await app.data('mutation { revokeSessions }', headers);
        if (next?.tags.includes('answer')) expect(result).toMatchObject(JSON.parse(next.text) as object);
      }
      expect(asked).toBe(4);
    });
  });
});
