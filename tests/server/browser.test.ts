import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plugin } from '../../src/kernel/plugin.ts';
import { blocksOf } from '../docs/blocks.ts';
import { chromiumPath, launchChromium } from '../support/chromium.ts';
import { samplePassword, startCrm, type Crm } from '../support/crm.ts';

const programs = blocksOf('docs/clients/browser.md').filter(({ language, tags }) => language === 'html' && tags.includes('browser'));
const modules = new URL('../../node_modules/graphql-ws/dist/', import.meta.url);

/** Serves the pages of the documentation, by line, and what they load. */
const pages: Plugin = {
  name: 'pages', version: '1.0.0', description: 'Serves pages of the documentation.',
  server: {
    routes: [
      { path: '/pages/*', handle: (_request, response, { url }) => void response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': "default-src 'self' 'unsafe-inline'" }).end(programs.find(({ line }) => url.pathname === `/pages/${line}`)?.text) },
      { path: '/graphql-ws/*', handle: async (_request, response, { url }) => void response.writeHead(200, { 'content-type': 'text/javascript' }).end(await readFile(new URL(basename(url.pathname), modules))) },
    ],
  },
};

describe.skipIf(chromiumPath === undefined)('pages in Chromium', () => {
  let crm: Crm;
  let browser: Browser;
  beforeAll(async () => {
    crm = await startCrm(undefined, {}, [pages]);
    browser = await launchChromium();
  }, 180_000);
  afterAll(async () => {
    await browser.close();
    await crm.stop();
  });

  it('shows two people on /live each other and their edits', { timeout: 120_000 }, async () => {
    const failures: string[] = [];
    const open = async (email: string, hash = ''): Promise<Page> => {
      const page = await (await browser.newContext()).newPage();
      page.on('pageerror', (error) => failures.push(error.message));
      page.on('request', (request) => {
        if (!request.url().startsWith(crm.url)) failures.push(`asked ${request.url()}`);
      });
      await page.goto(`${crm.url}/live${hash}`);
      await page.getByLabel('E-mail').fill(email);
      await page.getByLabel('Password').fill(samplePassword);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByText('Live', { exact: true }).waitFor();
      return page;
    };
    const people = (page: Page): Promise<string[]> => page.locator('#people li').allTextContents();
    const [manager, step] = [await open('manager@example.com'), 'Call the purchasing department'];
    const administrator = await open('admin@example.com', new URL(manager.url()).hash);
    for (const page of [manager, administrator]) await expect.poll(async () => (await people(page)).length, { timeout: 20_000 }).toBe(2);
    const mine = (await people(administrator)).find((name) => name.endsWith(' (you)'))?.replace(' (you)', '') ?? '';
    await administrator.locator('input[name=nextStep]').fill(step);
    await manager.locator('label', { hasText: 'Next step' }).getByText(`${mine} is writing`).waitFor();
    await administrator.locator('input[name=nextStep]').blur();
    await expect.poll(() => manager.locator('input[name=nextStep]').inputValue(), { timeout: 20_000 }).toBe(step);
    await administrator.close();
    await expect.poll(async () => (await people(manager)).length, { timeout: 20_000 }).toBe(1);
    expect(failures).toEqual([]);
  });

  it('shows whoever authorizes at /api/docs what they may use, and lets them try it', { timeout: 180_000 }, async () => {
    const page = await (await browser.newContext()).newPage();
    const failures: string[] = [];
    page.on('pageerror', (error) => failures.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') failures.push(message.text());
    });
    await page.goto(`${crm.url}/api/docs`);
    await page.getByText('authorize with a token').waitFor();
    const { authorization = '' } = await crm.signIn('rep@example.com');
    await page.getByRole('button', { name: 'Authorize' }).first().click();
    await page.locator('.auth-container input').fill(authorization.replace('Bearer ', ''));
    await page.locator('.auth-container').getByRole('button', { name: 'Apply credentials' }).click();
    await page.locator('.modal-ux').getByRole('button', { name: 'Close' }).first().click();
    const groups = page.locator('#operations-accounts-accountGroups');
    await groups.waitFor({ timeout: 60_000 });
    await groups.locator('.opblock-summary-control').click();
    await groups.locator('.try-out__btn').click();
    await groups.locator('tr[data-param-name="by"] input').fill('type');
    await groups.locator('tr[data-param-name="figures"] select').selectOption(['count', 'sum.annualRevenue']);
    await groups.locator('.execute').click();
    const answer = groups.locator('.live-responses-table .highlight-code').first();
    await expect.poll(() => answer.textContent(), { timeout: 60_000 }).toMatch(/"type": "CUSTOMER"[^]*"annualRevenue": "\d+\.\d\d"/);
    expect(await groups.locator('.request-url').textContent()).toContain('figures=count,sum.annualRevenue');
    expect(failures).toEqual([]);
    await page.close();
  });

  it.each(programs.map(({ line }) => ({ line })))('runs the page at line $line of docs/clients/browser.md, which misses nothing while connections are cut', { timeout: 120_000 }, async ({ line }) => {
    const page = await (await browser.newContext()).newPage();
    const failures: string[] = [];
    page.on('pageerror', (error) => failures.push(error.message));
    await page.goto(`${crm.url}/live`);
    await page.evaluate(async (query) => fetch('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query }) }), `mutation { signIn(email: "admin@example.com", password: "${samplePassword}") { token } }`);
    await page.goto(`${crm.url}/pages/${line}`);
    const shown = async () => (await page.locator('li').allTextContents()).sort();
    const write = async (mutation: string) => expect((await crm.ask(`mutation { ${mutation} }`, 'admin@example.com')).errors).toBeUndefined();
    const stored = async () => ((await crm.ask('{ accounts(where: { type: { eq: PARTNER } }) { nodes { name } } }', 'admin@example.com')).data as { readonly accounts: { readonly nodes: readonly { readonly name: string }[] } }).accounts.nodes.map(({ name }) => name).sort();
    const agree = () => expect.poll(async () => [await shown(), await stored()].map((names) => names.join()), { timeout: 20_000 }).toSatisfy(([left, right]) => left === right && left !== '');
    await agree();
    await write('createAccount(input: { name: "While it listens", type: PARTNER }) { record { id } }');
    await page.getByText('While it listens').waitFor();
    // As when a server goes away: the page connects again, and asks for what came after its last message.
    crm.platform.kernel.services.get('sockets', 'the test').close(() => true, 4410, 'The test cuts connections');
    await write('updateAccounts(where: { name: { eq: "While it listens" } }, input: { type: CUSTOMER }) { count } createAccount(input: { name: "While it was cut", type: PARTNER }) { record { id } }');
    await page.getByText('While it was cut').waitFor();
    await agree();
    expect(await shown()).not.toContain('While it listens');
    await write('deleteAccounts(where: { name: { eq: "While it was cut" } }) { count }');
    await agree();
    expect(failures).toEqual([]);
    await page.close();
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
