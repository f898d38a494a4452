import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { HostCheck } from './host-check';

type Settings = ConstructorParameters<typeof HostCheck>[0];

function verdict(settings: Settings, headers: { host?: string; origin?: string }, url = '/agents'): string {
  const request = new IncomingMessage(new Socket());
  request.url = url;
  Object.assign(request.headers, headers);
  return new HostCheck(settings).refusalOf(request)?.code ?? 'served';
}

describe('The host of a request', () => {
  it.each([
    'localhost',
    'localhost:8080',
    'LOCALHOST:8080',
    'localhost.',
    'registry.localhost:1',
    '127.0.0.1',
    '127.0.0.1:8080',
    '127.1.2.3:1',
    '[::1]',
    '[::1]:8080',
    '[0:0:0:0:0:0:0:1]:8080',
  ])('that is a name of the loopback is served: %s', (host) => {
    expect(verdict({}, { host })).toBe('served');
  });

  it.each([
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evillocalhost',
    '10.0.0.1',
    '192.168.1.1:8080',
    '0.0.0.0',
    '[::]',
    '[fe80::1]:8080',
    '2130706433',
    '0x7f.1',
    '',
    ':8080',
    'localhost:80:80',
    'localhost@evil.example',
    '[localhost]',
    'a b',
  ])('that is anything else is refused: %j', (host) => {
    expect(verdict({}, { host })).toBe('host_not_allowed');
  });

  it.each([
    ['registry', 'registry:8080', 'served'],
    [' Registry , other ', 'OTHER', 'served'],
    ['registry', 'a.registry', 'host_not_allowed'],
    ['*.cluster.local', 'registry.default.svc.cluster.local:80', 'served'],
    ['*.cluster.local', 'cluster.local', 'host_not_allowed'],
    ['*.cluster.local', 'evilcluster.local', 'host_not_allowed'],
    ['10.0.0.0/8,fd00::/8', '10.1.2.3:8080', 'served'],
    ['10.0.0.0/8,fd00::/8', '[fd00::1]:8080', 'served'],
    ['10.0.0.0/8,fd00::/8', '11.1.2.3', 'host_not_allowed'],
    ['10.1.2.3', '10.1.2.3', 'served'],
    ['10.1.2.3', '10.1.2.4', 'host_not_allowed'],
    ['*', 'evil.example', 'served'],
    ['registry', 'localhost', 'served'],
  ])('with ALLOWED_HOSTS=%s: %s is %s', (ALLOWED_HOSTS, host, expected) => {
    expect(verdict({ ALLOWED_HOSTS }, { host })).toBe(expected);
  });

  it('is that of an absolute target', () => {
    expect(verdict({}, { host: 'localhost' }, 'http://evil.example/agents')).toBe('host_not_allowed');
    expect(verdict({}, { host: 'evil.example' }, 'http://localhost:8080/agents')).toBe('served');
  });

  it('may be missing, as in HTTP/1.0, which no browser uses', () => {
    expect(verdict({}, {})).toBe('served');
  });
});

describe('The origin of a request', () => {
  it.each([
    ['http://localhost:8080', 'localhost:8080', 'served'],
    ['https://localhost:8080', 'localhost:8080', 'served'],
    ['http://localhost:8080', 'LOCALHOST:8080', 'served'],
    ['http://localhost:3000', 'localhost:8080', 'origin_not_allowed'],
    ['http://127.0.0.1:8080', 'localhost:8080', 'origin_not_allowed'],
    ['https://evil.example', 'localhost:8080', 'origin_not_allowed'],
    ['null', 'localhost:8080', 'origin_not_allowed'],
    ['', 'localhost:8080', 'origin_not_allowed'],
    ['nonsense', 'localhost:8080', 'origin_not_allowed'],
  ])('%j at %s is %s', (origin, host, expected) => {
    expect(verdict({}, { host, origin })).toBe(expected);
  });

  it.each([
    ['https://ui.example, https://other.example', 'https://other.example', 'served'],
    ['https://ui.example', 'https://ui.example.evil', 'origin_not_allowed'],
    ['*', 'null', 'served'],
  ])('with CORS_ORIGINS=%s: %s is %s', (CORS_ORIGINS, origin, expected) => {
    expect(verdict({ CORS_ORIGINS }, { host: 'localhost', origin })).toBe(expected);
  });

  it('that is listed does not make up for a host that is not', () => {
    expect(verdict({ CORS_ORIGINS: '*' }, { host: 'evil.example', origin: 'http://evil.example' })).toBe(
      'host_not_allowed',
    );
  });
});
