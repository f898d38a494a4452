import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import express from 'express';
import { Webhook } from 'standardwebhooks';
import ts from 'typescript';
import { verifyWebhook } from '../src/verify-webhook.js';

const PAGE = readFileSync(join(__dirname, '../../../docs/webhooks.md'), 'utf8');
const { name } = JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as { name: string };
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** The page's receiver in TypeScript, behind Express. */
function receiver(app: express.Express): void {
  const [, code] = /^```ts\n([^]*?)^```$/m.exec(PAGE)!;
  const { outputText } = ts.transpileModule(code!, { compilerOptions: { target: ts.ScriptTarget.ES2022 } });
  const line = `import { verifyWebhook } from '${name}';\n`;
  expect(outputText).toContain(line);
  const program = `(verifyWebhook, express, app, process) => {${outputText.replace(line, '')}}`;
  const run = runInThisContext(program) as (...given: unknown[]) => void;
  run(verifyWebhook, express, app, { env: { WEBHOOK_SECRET: SECRET } });
}

it('docs/webhooks.md verifies what arrives in TypeScript', async () => {
  const app = express();
  receiver(app);
  app.use(((error: Error, _request, response, _next) => {
    response.status(401).send(error.name);
  }) satisfies express.ErrorRequestHandler);
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const send = async (signed: string, body = signed): Promise<unknown> => {
    const at = new Date();
    const headers = {
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'webhook-id': '421',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(SECRET).sign('421', at, signed),
    };
    const answer = await fetch(`http://127.0.0.1:${port}/agents`, { method: 'POST', headers, body });
    return [answer.status, await answer.text()];
  };
  try {
    expect(await send('{"name":"Ümlaut"}')).toEqual([204, '']);
    expect(await send('{"name":"Ümlaut"}', '{"name":"Umlaut"}')).toEqual([401, 'WebhookVerificationError']);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
