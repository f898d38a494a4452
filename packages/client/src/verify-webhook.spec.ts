import { createHmac } from 'node:crypto';
import { verifyWebhook, WebhookVerificationError } from './verify-webhook';

/** The vectors of Standard Webhooks' repository, and others that were made with `hmac` of Python. */
const OWN = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
const VECTORS: [secret: string, id: string, timestamp: string, body: string, signature: string][] = [
  [
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    '1614265330',
    '{"test": 2432232314}',
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  ],
  [OWN, 'msg_own1', '1700000000', '{"type":"a.b","data":{"n":1}}', 'v1,k2972U1ARMTr1yaivr+H33iRcbdCS0y9dCTEERbh6Bs='],
  [OWN, 'msg_own1', '1700000000', '{"t":"é€😀"}', 'v1,XkTHeVC7sL0KQSE3hMKjodlk8j3L1sfVrM75XpvRSuo='],
];
const [secret, id, timestamp, body, signature] = VECTORS[0]!;
const now = new Date(Number(timestamp) * 1000);
const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
const wrong = `v1,${createHmac('sha256', 'other').update('x').digest('base64')}`;

describe('verifyWebhook', () => {
  it.each(VECTORS)('takes the vector of %s, %s', async (...[key, messageId, time, text, signed]) => {
    const fields = { 'Webhook-Id': messageId, 'WEBHOOK-TIMESTAMP': time, 'webhook-signature': [signed] };
    const at = { now: new Date(Number(time) * 1000) };
    expect(await verifyWebhook(fields, text, key, at)).toEqual(JSON.parse(text));
    expect(
      await verifyWebhook(new Headers({ ...fields, 'webhook-signature': signed }), Buffer.from(text), key, at),
    ).toEqual(JSON.parse(text));
    expect(await verifyWebhook(fields, text, key.replace('whsec_', ''), at)).toEqual(JSON.parse(text));
  });

  it.each([-300, 300])('takes a request of a clock that is off by %d s', async (offset) => {
    const at = { now: new Date(now.getTime() + offset * 1000) };
    await expect(verifyWebhook(headers, body, secret, at)).resolves.toBeDefined();
  });

  it('takes one of several signatures, also beside versions that it does not know', async () => {
    const several = { ...headers, 'webhook-signature': `v1a,AAAA ${wrong} v2,x ${signature}` };
    await expect(verifyWebhook(several, body, secret, { now })).resolves.toBeDefined();
  });

  it.each<[what: string, fields: Record<string, string | undefined>, text: string, key: string, seconds: number]>([
    ['another body', headers, `${body} `, secret, 0],
    ['another secret', headers, body, OWN, 0],
    ['another id', { ...headers, 'webhook-id': 'msg_other' }, body, secret, 0],
    ['another time', { ...headers, 'webhook-timestamp': '1614265331' }, body, secret, 0],
    ['too old', headers, body, secret, 301],
    ['of the future', headers, body, secret, -301],
    ['a time that is none', { ...headers, 'webhook-timestamp': '1614265330abc' }, body, secret, 0],
    ['no id', { ...headers, 'webhook-id': undefined }, body, secret, 0],
    ['no time', { ...headers, 'webhook-timestamp': undefined }, body, secret, 0],
    ['no signature', { ...headers, 'webhook-signature': undefined }, body, secret, 0],
    ['an empty signature', { ...headers, 'webhook-signature': 'v1,' }, body, secret, 0],
    ['a part of the signature', { ...headers, 'webhook-signature': signature.slice(0, -5) }, body, secret, 0],
    [
      'a signature of another version',
      { ...headers, 'webhook-signature': signature.replace('v1', 'v2') },
      body,
      secret,
      0,
    ],
    ['an empty secret', headers, body, '', 0],
    ['a bare prefix', headers, body, 'whsec_', 0],
    ['a secret that is no base64', headers, body, 'whsec_é', 0],
  ])('refuses %s', async (...[, fields, text, key, seconds]) => {
    const at = { now: new Date(now.getTime() + seconds * 1000) };
    await expect(verifyWebhook(fields, text, key, at)).rejects.toThrow(WebhookVerificationError);
  });
});
