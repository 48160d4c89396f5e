import { expect, it, onTestFinished } from 'vitest';
import { identity } from '../../../src/plugins/identity/index.ts';
import { jobs } from '../../../src/plugins/jobs/index.ts';
import { notifications, type NotificationsOptions } from '../../../src/plugins/notifications/index.ts';
import { openEmpty } from '../../support/database.ts';
import { startPlatform } from '../../support/platform.ts';
import { startSmtp } from '../../support/smtp.ts';

async function start(options: NotificationsOptions) {
  const database = await openEmpty();
  const app = await startPlatform({
    database,
    objects: [{ name: 'note', fields: { title: 'text' } }],
    data: [{ object: 'sys_user', externalId: 'email', records: [{ email: 'rep@example.com', name: 'Rep' }] }],
    plugins: [jobs(), notifications(options), identity({ mode: 'test', identity: { samplePassword: 'Correct-horse-9', samplePeople: ['rep@example.com'] } })],
  });
  onTestFinished(async () => {
    await app.close();
    await database.close();
  });
  const { url } = await app.platform.start();
  const askForReset = async (): Promise<unknown> => {
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query: 'mutation { requestPasswordReset(email: "rep@example.com") }' }) });
    return response.json();
  };
  return { app, url, askForReset };
}

it('mail of identity goes to the same server as all other mail', async () => {
  const smtp = await startSmtp();
  onTestFinished(() => smtp.close());
  const { askForReset, url } = await start({ mode: 'production', mail: { url: smtp.url, from: 'App <app@example.com>' } });
  expect(await askForReset()).not.toHaveProperty('errors');
  await expect.poll(() => smtp.mails.map(({ from, to, text }) => ({ from, to, reset: text.includes('Subject: Reset your password') })), { timeout: 20_000 }).toEqual([{ from: 'app@example.com', to: ['rep@example.com'], reset: true }]);
  expect((await fetch(`${url}/dev/mailbox`)).status).toBe(404);
});

it('mail of development is shown to its developer in a mailbox', async () => {
  const { app, url, askForReset } = await start({});
  const page = async (path: string) => {
    const response = await fetch(`${url}${path}`);
    return { status: response.status, policy: response.headers.get('content-security-policy'), text: await response.text() };
  };
  expect((await page('/dev/mailbox')).text).toContain('No mail yet');
  await app.platform.kernel.services.get('mail', 'the test').send({ to: 'x@example.com', subject: 'A <script>', text: 'Plain & simple', html: '<b>Bold</b><script>alert(1)</script>' });
  await askForReset();
  await expect.poll(async () => (await page('/dev/mailbox')).text, { timeout: 20_000 }).toContain('Reset your password');
  const { text } = await page('/dev/mailbox');
  expect(text).toContain('A &#60;script&#62;');
  const [, id = ''] = [...text.matchAll(/\/dev\/mailbox\/([0-9a-f-]{36})/g)].map(([, found]) => found ?? '');
  expect((await page(`/dev/mailbox/${id}`)).text).toContain('Plain &#38; simple');
  const html = await page(`/dev/mailbox/${id}/html`);
  expect(html).toMatchObject({ status: 200, policy: "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox" });
  expect(html.text).toContain('<b>Bold</b>');
  expect((await page('/dev/mailbox/nothing')).status).toBe(404);
});
