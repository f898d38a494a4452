import { isPublic, OutboundTargets } from './outbound-targets';

function problemOf(url: string, allowed?: string): string | undefined {
  try {
    new OutboundTargets(allowed).check(url, 'url');
    return undefined;
  } catch (error) {
    const { errors } = error as { errors: { field: string; message: string }[] };
    expect(errors).toHaveLength(1);
    expect(errors[0]!.field).toBe('url');
    return errors[0]!.message;
  }
}

/** Each as it is written, and as what it is refused. */
const SPECIAL = {
  // loopback, in all the ways that IPv4 is written
  'https://127.0.0.1/': '127.0.0.1',
  'https://127.1/': '127.0.0.1',
  'https://127.255.255.254:8443/a?b': '127.255.255.254',
  'https://2130706433/': '127.0.0.1',
  'https://0x7f000001/': '127.0.0.1',
  'https://0x7f.0x0.0x0.0x1/': '127.0.0.1',
  'https://0177.0.0.1/': '127.0.0.1',
  'https://017700000001/': '127.0.0.1',
  'https://0x7f.1/': '127.0.0.1',
  'https://127.0.0.1./': '127.0.0.1',
  'https://%31%32%37.0.0.1/': '127.0.0.1',
  'https://１２７.０.０.１/': '127.0.0.1',
  'https://127。0。0。1/': '127.0.0.1',
  'https:\\\\127.0.0.1\\': '127.0.0.1',
  // the machine, private networks, carriers, metadata services
  'https://0/': '0.0.0.0',
  'https://0.1.2.3/': '0.1.2.3',
  'https://10.0.0.1/': '10.0.0.1',
  'https://167772161/': '10.0.0.1',
  'https://172.16.0.1/': '172.16.0.1',
  'https://172.31.255.255/': '172.31.255.255',
  'https://192.168.1.1/': '192.168.1.1',
  'https://100.64.0.1/': '100.64.0.1',
  'https://169.254.169.254/latest/meta-data': '169.254.169.254',
  'https://0xA9FEA9FE/': '169.254.169.254',
  // what is for documentation, measurements, protocols, groups and nobody
  'https://192.0.0.8/': '192.0.0.8',
  'https://192.0.2.1/': '192.0.2.1',
  'https://198.18.0.1/': '198.18.0.1',
  'https://198.51.100.7/': '198.51.100.7',
  'https://203.0.113.9/': '203.0.113.9',
  'https://192.88.99.1/': '192.88.99.1',
  'https://224.0.0.1/': '224.0.0.1',
  'https://240.0.0.1/': '240.0.0.1',
  'https://255.255.255.255/': '255.255.255.255',
  // IPv6
  'https://[::]/': '::',
  'https://[::1]/': '::1',
  'https://[0:0:0:0:0:0:0:1]/': '::1',
  'https://[::ffff:127.0.0.1]/': '::ffff:7f00:1',
  'https://[::ffff:8.8.8.8]/': '::ffff:808:808',
  'https://[::127.0.0.1]/': '::7f00:1',
  'https://[64:ff9b::10.0.0.1]/': '64:ff9b::a00:1',
  'https://[64:ff9b:1::1]/': '64:ff9b:1::1',
  'https://[2002:7f00:1::]/': '2002:7f00:1::',
  'https://[2001:0:1::]/': '2001:0:1::',
  'https://[2001:db8::1]/': '2001:db8::1',
  'https://[3fff::1]/': '3fff::1',
  'https://[fc00::1]/': 'fc00::1',
  'https://[fd12:3456::1]/': 'fd12:3456::1',
  'https://[fe80::1]/': 'fe80::1',
  'https://[fec0::1]/': 'fec0::1',
  'https://[ff02::1]/': 'ff02::1',
  'https://[100::1]/': '100::1',
  'https://[5f00::1]/': '5f00::1',
  'https://[4000::1]/': '4000::1',
};

describe('a URL that a client gives', () => {
  it.each(Object.entries(SPECIAL))('%s is refused as the special address %s', (url, address) => {
    expect(problemOf(url)).toBe(`must not lead to the special address ${address}`);
  });

  it.each([
    ['https://localhost/', 'must not lead to this machine itself'],
    ['https://LOCALHOST:8443/', 'must not lead to this machine itself'],
    ['https://a.localhost/', 'must not lead to this machine itself'],
    ['https://localhost.localdomain/', 'must not lead to this machine itself'],
    ['https://ip6-loopback/', 'must not lead to this machine itself'],
    ['https://localhost./', 'must name its host without a dot at the end'],
    ['https://example.com./', 'must name its host without a dot at the end'],
    ['https://[fe80::1%25eth0]/', 'must be an absolute URL'],
    ['https://[fe80::1%eth0]/', 'must be an absolute URL'],
    ['https://user@example.com/', 'must not hold a user name or a password'],
    ['https://:hunter2@example.com/', 'must not hold a user name or a password'],
    ['https://example.com@127.0.0.1/', 'must not hold a user name or a password'],
    ['http://example.com/', 'must be an https URL, or of a host in OUTBOUND_ALLOW_HOSTS'],
    ['http://8.8.8.8/', 'must be an https URL, or of a host in OUTBOUND_ALLOW_HOSTS'],
    ['ftp://example.com/', 'must be an https URL'],
    ['file:///etc/passwd', 'must be an https URL'],
    ['javascript:alert(1)', 'must be an https URL'],
    ['unix:/var/run/docker.sock', 'must be an https URL'],
    ['//example.com/', 'must be an absolute URL'],
    ['example.com', 'must be an absolute URL'],
    ['', 'must be an absolute URL'],
    ['https://', 'must be an absolute URL'],
    ['https://256.0.0.1/', 'must be an absolute URL'],
    ['https://exa mple.com/', 'must be an absolute URL'],
    ['https://example.com/\r\nX-Injected: 1', 'must be an absolute URL'],
    [' https://example.com/', 'must be an absolute URL'],
    [`https://example.com/${'a'.repeat(2048)}`, 'must have at most 2048 characters'],
  ])('%j is refused: %s', (url, message) => {
    expect(problemOf(url)).toBe(message);
  });

  it.each([
    'https://example.com/',
    'https://EXAMPLE.com:8443/a?b=c#d',
    'https://8.8.8.8/',
    'https://134744072/',
    'https://[2606:4700::1111]/',
    'https://bücher.example/',
    'https://127.0.0.1.example.com/',
    'https://localhost.example.com/',
  ])('%s is taken', (url) => {
    expect(problemOf(url)).toBeUndefined();
  });

  it('is kept in one form, without its fragment', () => {
    expect(new OutboundTargets().check('https://EXAMPLE.com:443/a?b=c#d', 'url').href).toBe(
      'https://example.com/a?b=c',
    );
  });

  it.each([
    ['localhost', 'http://localhost:8080/', true],
    ['localhost', 'http://a.localhost/', false],
    ['*.svc.cluster.local', 'http://sink.default.svc.cluster.local/', true],
    ['*.svc.cluster.local', 'http://svc.cluster.local/', false],
    ['127.0.0.1', 'http://127.0.0.1:9/', true],
    ['127.0.0.0/8', 'http://2130706433/', true],
    ['127.0.0.0/8', 'http://[::ffff:127.0.0.1]/', true],
    ['127.0.0.0/8', 'http://10.0.0.1/', false],
    ['10.0.0.0/8, fd00::/8', 'https://[fd00::1]/', true],
    ['10.0.0.0/8', 'http://anything.example/', true], // its address is looked at when it is asked for
    ['sink.example', 'http://other.example/', false],
  ])('OUTBOUND_ALLOW_HOSTS=%s opens %s: %s', (allowed, url, isTaken) => {
    expect(problemOf(url, allowed) === undefined).toBe(isTaken);
  });
});

describe('the address of a name', () => {
  it.each(Object.values(SPECIAL))('%s is none of the public internet', (address) => {
    expect(isPublic(address)).toBe(false);
  });

  it.each([
    [undefined, 'https://sink.example', '8.8.8.8', true],
    [undefined, 'https://sink.example', '10.0.0.1', false],
    [undefined, 'http://sink.example', '8.8.8.8', false],
    ['10.0.0.0/8', 'http://sink.example', '10.1.2.3', true],
    ['10.0.0.0/8', 'http://sink.example', '8.8.8.8', false],
    ['10.0.0.0/8', 'https://sink.example', '8.8.8.8', true],
    ['10.0.0.0/8', 'https://sink.example', '192.168.0.1', false],
    ['sink.example', 'http://sink.example', '192.168.0.1', true],
    ['sink.example', 'https://other.example', '192.168.0.1', false],
  ])('with OUTBOUND_ALLOW_HOSTS=%s, %s at %s may be asked: %s', (allowed, url, address, may) => {
    expect(new OutboundTargets(allowed).admits(new URL(url), address)).toBe(may);
  });
});
