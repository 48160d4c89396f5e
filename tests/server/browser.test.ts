import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samplePassword, startCrm, type Crm } from '../support/crm.ts';

/** A browser of this machine; none is downloaded. `CHROMIUM_PATH` names one elsewhere. */
const executablePath = [process.env['CHROMIUM_PATH'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'].find(
  (path) => path !== undefined && existsSync(path),
);

describe.skipIf(executablePath === undefined)('GraphiQL in Chromium', () => {
  let crm: Crm;
  let browser: Browser;
  beforeAll(async () => {
    crm = await startCrm();
    browser = await chromium.launch({ ...(executablePath !== undefined && { executablePath }), args: ['--no-sandbox'] });
  }, 180_000);
  afterAll(async () => {
    await browser.close();
    await crm.stop();
  });

  it('signs in with the first operation of the page, keeps the session, and signs out', { timeout: 120_000 }, async () => {
    const page = await browser.newPage();
    const failures: string[] = [];
    page.on('pageerror', (error) => failures.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(crm.url) && !/^(blob|data):/.test(request.url())) failures.push(`asked ${request.url()}`);
    });
    const editor = page.locator('.graphiql-query-editor .monaco-editor').first();
    const answer = page.locator('.result-window');
    const open = async (query?: string): Promise<void> => {
      await page.goto(`${crm.url}/graphql${query === undefined ? '' : `?query=${encodeURIComponent(query)}`}`);
      await editor.waitFor();
    };
    const run = async (operation?: string): Promise<void> => {
      await page.getByRole('button', { name: /execute/i }).click();
      if (operation !== undefined) await page.getByRole('menuitem', { name: operation }).click();
    };

    await open();
    await editor.getByText('mutation SignIn').waitFor();
    await editor.getByText('query First').waitFor();
    await run('First');
    await answer.getByText('UNAUTHENTICATED').or(answer.getByText('FORBIDDEN')).first().waitFor();

    await open(`mutation { signIn(email: "rep@example.com", password: "${samplePassword}") { user { name } } }`);
    await run();
    await answer.getByText('Jonas Weber').waitFor();
    expect(await page.context().cookies()).toMatchObject([{ name: 'objectos.session_token', httpOnly: true, sameSite: 'Lax' }]);

    await open('{ me { email } accounts(first: 1) { totalCount } }');
    await run();
    await answer.getByText('rep@example.com').waitFor();

    await open('mutation { signOut }');
    await run();
    await answer.getByText('true').waitFor();
    expect(await page.context().cookies()).toEqual([]);
    expect(failures).toEqual([]);
  });
});
